#pragma once
// AmongRows says which rows of a clustered index a query may have, and how many of each list.
//
// Owns:    for a set of photos one bit per place, and a count per list. Borrows rows; worth nothing once they have changed.
// Threads: any may read.
// Errors:  none.
// Units:   rows; lists and places as ListedRows has them.
#include <span>
#include <vector>

#include "indexer/listed_rows.h"
#include "indexer/photo_bits.h"
#include "indexer/row_filter.h"

namespace fovea::indexer {

class AmongRows {
 public:
  // Every row.
  explicit AmongRows(const ListedRows& rows) : rows_(&rows) {}
  // Those of the photos. For a million rows it takes up to a few milliseconds, so the last ones are kept (among_cache.h).
  AmongRows(const ListedRows& rows, const PhotoBits& photos);

  // One bit per place, as RowFilter takes them.
  std::span<const uint64_t> bits() const { return counts_.empty() ? rows_->there() : std::span<const uint64_t>(bits_); }
  uint16_t BlockBits(uint32_t block) const { return RowFilter(bits()).BlockBits(block); }
  size_t CountIn(uint32_t list) const { return counts_.empty() ? rows_->SizeOf(list) : counts_[list]; }

 private:
  void LookUp(const PhotoBits& photos);
  void AskAll(const PhotoBits& photos);

  const ListedRows* rows_;
  std::vector<uint64_t> bits_;
  std::vector<uint32_t> counts_;  // empty: every row
};

}  // namespace fovea::indexer
