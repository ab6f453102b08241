#pragma once
// AmongRows says which rows of a clustered index one query may have, and how many of each list. Of a set of many photos it looks at
// the lists that are asked for: a search through the lists needs few of them.
//
// Owns:    for a set of photos one bit per place, and a count per list. Borrows rows and photos; worth nothing once the rows have changed.
// Threads: for one search, on its thread.
// Errors:  none.
// Units:   rows; lists and places as ListedRows has them.
#include <limits>
#include <span>
#include <vector>

#include "indexer/listed_rows.h"
#include "indexer/photo_bits.h"
#include "indexer/row_filter.h"

namespace fovea::indexer {

class AmongRows {
 public:
  // `photos`: null for every row.
  AmongRows(const ListedRows& rows, const PhotoBits* photos);

  size_t CountIn(uint32_t list) {
    if (photos_ == nullptr) return rows_.SizeOf(list);
    return counts_[list] == kNotCounted ? Count(list) : counts_[list];
  }
  // Without looking: of a list that was not counted yet, a few times the photos' share of its rows, at most all of them.
  double Guess(uint32_t list) const {
    if (photos_ == nullptr) return static_cast<double>(rows_.SizeOf(list));
    return counts_[list] == kNotCounted ? share_ * static_cast<double>(rows_.SizeOf(list)) : counts_[list];
  }
  // Requires: the block's list was counted.
  uint16_t BlockBits(uint32_t block) const { return RowFilter(bits()).BlockBits(block); }
  // One bit per place, as RowFilter takes them.
  std::span<const uint64_t> AllBits();

 private:
  static constexpr uint32_t kNotCounted = std::numeric_limits<uint32_t>::max();

  std::span<const uint64_t> bits() const { return photos_ == nullptr ? rows_.there() : std::span<const uint64_t>(bits_); }
  void LookUp();
  size_t Count(uint32_t list);

  const ListedRows& rows_;
  const PhotoBits* const photos_;
  double share_ = 1;
  std::vector<uint64_t> bits_;
  std::vector<uint32_t> counts_;
};

}  // namespace fovea::indexer
