#pragma once
// RowFilter says which rows a scan may answer with: one bit per row. The scan passes over blocks of rows whose bits are all zero.
//
// Owns:    nothing; views bits that must outlive the scan.
// Threads: any may read.
// Errors:  none. Requires: a word for every 64 rows begun.
// Units:   row r is bit r % 64 of word r / 64; bits beyond the last row are not looked at.
#include <cstddef>
#include <cstdint>
#include <span>

#include "indexer/scan_kernels.h"

namespace fovea::indexer {

class RowFilter {
 public:
  explicit RowFilter(std::span<const uint64_t> words) : words_(words) {}

  bool Allows(size_t row) const { return (words_[row / 64] >> row % 64 & 1) != 0; }
  // Bit r: row r of the block.
  uint16_t BlockBits(size_t block) const {
    constexpr size_t kBlocks = 64 / kBlockRows;
    return static_cast<uint16_t>(words_[block / kBlocks] >> block % kBlocks * kBlockRows);
  }
  size_t rows() const { return words_.size() * 64; }

 private:
  std::span<const uint64_t> words_;
};

}  // namespace fovea::indexer
