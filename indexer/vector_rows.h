#pragma once
// VectorRows holds the fp32 vectors by row. The scan asks it for single rows only, so that they may lie in a file.
//
// Owns:    rows x dim x 4 bytes of memory, or of a file.
// Threads: any number of readers, or one writer.
// Errors:  those of PagedArray.
// Shapes:  rows x dim, row-major, unit length.
#include <algorithm>
#include <cstddef>
#include <span>

#include "indexer/paged_array.h"

namespace fovea::indexer {

class VectorRows {
 public:
  explicit VectorRows(size_t dim) : dim_(dim) {}

  size_t dim() const { return dim_; }
  size_t size() const { return values_.size() / dim_; }
  // Valid until the next Reserve, Resize or Release.
  const float* Row(size_t row) const { return values_.data() + row * dim_; }

  void Reserve(size_t rows) { values_.Reserve(rows * dim_); }
  // New rows hold no promised values; Set them.
  void Resize(size_t rows) { values_.Resize(rows * dim_); }
  void Release() { values_.Release(); }
  void Set(size_t row, std::span<const float> vector) { std::ranges::copy(vector, values_.data() + row * dim_); }
  void Copy(size_t from, size_t to) { std::copy_n(Row(from), dim_, values_.data() + to * dim_); }
  std::span<float> all() { return values_.span(); }
  Status MoveToFile(const std::string& folder) { return values_.MoveToFile(folder, FileReads::kScattered); }
  bool in_file() const { return values_.in_file(); }

 private:
  size_t dim_;
  PagedArray<float> values_;
};

}  // namespace fovea::indexer
