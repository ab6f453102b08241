#include "indexer/exact_score.h"

#include "encoder/cpu_clones.h"

namespace fovea::indexer {

FOVEA_CPU_CLONES float ExactScore(const float* __restrict row, const float* __restrict query, size_t dim) {
  constexpr size_t kLanes = 16;
  double sums[kLanes] = {};
  const size_t whole = dim / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += static_cast<double>(row[i + lane]) * query[i + lane];
  }
  for (size_t i = whole; i < dim; ++i) sums[i - whole] += static_cast<double>(row[i]) * query[i];
  for (size_t width = kLanes / 2; width > 0; width /= 2) {
    for (size_t lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
  }
  return static_cast<float>(sums[0]);
}

}  // namespace fovea::indexer
