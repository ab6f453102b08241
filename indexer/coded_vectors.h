#pragma once
// CodedVectors holds many unit vectors by a byte a value, row after row: a work's own copy, which nobody waits for.
//
// Owns:    per vector dim bytes (one more where dim is odd), 8 of scale and residual, 8 of id.
// Threads: any number of readers, or one writer.
// Errors:  none.
// Shapes:  rows x dim. What codes, scales and residuals mean: scan_bound.h.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "indexer/paged_array.h"
#include "indexer/scan_kernels.h"
#include "storage/records.h"

namespace fovea::indexer {

class CodedVectors {
 public:
  explicit CodedVectors(size_t dim) : dim_(dim), stride_((dim + 1) / 2 * 2) {}

  size_t dim() const { return dim_; }
  size_t pairs() const { return stride_ / 2; }
  size_t size() const { return ids_.size(); }
  void Reserve(size_t rows);
  void Add(storage::PhotoId id, std::span<const float> vector);

  storage::PhotoId id(size_t row) const { return ids_[row]; }
  // pairs() x 2; where dim is odd, the last is 0.
  const int8_t* Codes(size_t row) const { return codes_.data() + row * stride_; }
  float scale(size_t row) const { return scales_[row]; }
  float residual(size_t row) const { return residuals_[row]; }
  // Adds what the row's codes stand for.
  void AddTo(size_t row, std::span<float> sum) const;

 private:
  size_t dim_, stride_;
  std::vector<storage::PhotoId> ids_;
  std::vector<float> scales_, residuals_;
  PagedArray<int8_t> codes_;
};

// Rows as a scan kernel reads them: blocks of 16 rows by pairs of dimensions.
class PackedRows {
 public:
  void Fill(const CodedVectors& vectors, std::span<const uint32_t> rows);
  size_t blocks() const { return (count_ + kBlockRows - 1) / kBlockRows; }
  // How many rows the block holds; what its others give means nothing.
  size_t RowsOf(size_t block) const;
  RowBlock Block(size_t block) const {
    return {codes_.data() + block * pairs_ * 2 * kBlockRows, scales_.data() + block * kBlockRows, residuals_.data() + block * kBlockRows};
  }

 private:
  size_t count_ = 0, pairs_ = 0;
  std::vector<int8_t> codes_;
  std::vector<float> scales_, residuals_;
};

// Up to 16 rows as the queries of a scan kernel, by their byte codes. Who uses it sets the floors (infinity where there is no query).
class PackedQueries {
 public:
  // `weight` of the rows' residuals in the upper bounds; 0: estimates.
  void Fill(const CodedVectors& vectors, std::span<const uint32_t> rows, float weight);
  QueryBlock& block() { return block_; }

 private:
  QueryBlock block_;
  std::vector<int16_t> codes_;
};

}  // namespace fovea::indexer
