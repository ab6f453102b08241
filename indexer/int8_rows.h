#pragma once
// Int8Rows holds a byte code of every row, laid out for the sweep of the scan kernels, with its scale and residual.
//
// Owns:    per row dim bytes (one more where dim is odd) and 8; blocks of 16 rows, so up to 15 rows of air.
// Threads: any number of readers, or one writer; Set of rows in different blocks may run side by side.
// Errors:  those of PagedArray.
// Shapes:  blocks x pairs of dimensions x 16 rows x 2 (scan_kernels.h). What the codes mean: scan_bound.h.
#include <cstddef>
#include <cstdint>

#include "indexer/paged_array.h"
#include "indexer/scan_kernels.h"

namespace fovea::indexer {

class Int8Rows {
 public:
  explicit Int8Rows(size_t dim) : dim_(dim), pairs_((dim + 1) / 2) {}

  size_t size() const { return rows_; }
  size_t pairs() const { return pairs_; }
  size_t blocks() const { return (rows_ + kBlockRows - 1) / kBlockRows; }
  size_t block_bytes() const { return pairs_ * 2 * kBlockRows; }
  // Valid until the next Reserve, Resize or Release. Rows beyond the last hold any codes.
  RowBlock Block(size_t block) const {
    return {codes_.data() + block * block_bytes(), scales_.data() + block * kBlockRows, residuals_.data() + block * kBlockRows};
  }

  void Reserve(size_t rows);
  void Resize(size_t rows);
  void Release();
  void Set(size_t row, const float* vector);
  void Copy(size_t from, size_t to);
  // The codes alone: the rest is a hundredth of them.
  Status MoveToFile(const std::string& folder) { return codes_.MoveToFile(folder, FileReads::kInOrder); }
  bool in_file() const { return codes_.in_file(); }
  // Another number for the kernels to add to the row's product, times the query's weight.
  void SetResidual(size_t row, float residual) { residuals_.data()[row] = residual; }

 private:
  int8_t* Codes(size_t row) { return codes_.data() + row / kBlockRows * block_bytes() + row % kBlockRows * 2; }

  size_t dim_;
  size_t pairs_;
  size_t rows_ = 0;
  PagedArray<int8_t> codes_;
  PagedArray<float> scales_;
  PagedArray<float> residuals_;
};

}  // namespace fovea::indexer
