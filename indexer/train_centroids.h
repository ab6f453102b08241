#pragma once
// TrainCentroids finds the middles of the lists of a clustered index: Lloyd's k-means over a sample of its rows, on the scan kernels.
//
// Owns:    nothing; needs about three times the memory of the sample.
// Threads: works on the caller's alone. Deterministic.
// Errors:  kCancelled when `go_on` says so; asked between pieces of some hundred milliseconds.
// Shapes:  sample: rows x dim, row-major, rows >= lists >= 1.
#include <cstddef>
#include <functional>
#include <span>

#include "base/status.h"
#include "indexer/centroids.h"

namespace fovea::indexer {

struct CentroidSample {
  size_t dim = 0;
  std::span<const float> rows;  // drawn at random
  uint64_t drawn_from = 0;      // rows of the index
  std::span<const float> usual_query = {};  // dim: the mean of those that are asked; or empty
};

Result<CentroidNumbers> TrainCentroids(const CentroidSample& sample, size_t lists, const std::function<bool()>& go_on);

}  // namespace fovea::indexer
