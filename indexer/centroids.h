#pragma once
// Centroids are the middles of a clustered index's lists, and what is known of how rows lie around them.
//
// A row x of list l is taken as x = c_l + s_l r: c_l its middle, s_l the list's spread, r a rest of which a sample is kept. How far
// the scores of a list's rows lie from their middle's, query by query, is then s_l times the deviation of q.r over this sample.
//
// Which middle is a row's nearest is not judged by plain distance. Texts lie far from pictures, all in much the same direction, and
// how far a picture lies in it counts for every text. So distances along `towards`, w, are stretched: rows and middles are compared
// as x + (w.x - w.m) w, with m the mean of the middles. Ten times fewer rows then need to be read for a text (decisions/010).
//
// Owns:    its numbers and byte codes of middles and rests: 6 bytes x dim for each.
// Threads: any; it never changes.
// Errors:  none. Requires: at least one middle and one rest.
// Shapes:  middles lists x dim, spreads lists, rests count x dim; lists here are numbered from 0.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "indexer/int8_rows.h"
#include "indexer/scan_kernels.h"

namespace fovea::indexer {

struct CentroidNumbers {
  size_t dim = 0;
  uint64_t trained_for = 0;    // rows of the index then
  std::vector<float> towards;  // dim; zeros: plain distance
  std::vector<float> middles;  // lists x dim
  std::vector<float> spreads;  // lists
  std::vector<float> rests;    // count x dim
};

class Centroids {
 public:
  explicit Centroids(CentroidNumbers numbers);

  size_t size() const { return numbers_.spreads.size(); }
  const CentroidNumbers& numbers() const { return numbers_; }
  const ScanKernel& kernel() const { return kernel_; }
  float spread(size_t list) const { return numbers_.spreads[list]; }
  // The middle that is nearest to each row, as stretched.
  std::vector<uint32_t> Nearest(std::span<const float* const> rows) const;
  // Inner products of the first query with every middle.
  std::vector<float> Scores(const QueryBlock& query) const;
  // Of the first query's inner products with the rests.
  float Deviation(const QueryBlock& query) const;

 private:
  void Stretch(const float* row, float* out) const;
  std::vector<float> Products(const Int8Rows& rows, QueryBlock query) const;

  const CentroidNumbers numbers_;
  const ScanKernel kernel_;
  float offset_ = 0;  // w.m
  Int8Rows middles_;
  Int8Rows rests_;
  Int8Rows stretched_;  // middles, with -|c|^2 / 2 for a residual
};

}  // namespace fovea::indexer
