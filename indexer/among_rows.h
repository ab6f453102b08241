#pragma once
// AmongRows says which rows of a clustered index a query may have, and how many of each list.
//
// Few photos are looked up one by one: then every place and every count is known. With more, a block's rows are asked before it is
// read, with many, a row when it comes into question; a list's share is guessed from 16 of its rows.
//
// Owns:    for few photos one bit per place. Borrows rows and photos.
// Threads: one at a time.
// Errors:  none.
// Units:   rows; lists and places as ListedRows has them.
#include <vector>

#include "indexer/listed_rows.h"
#include "indexer/photo_bits.h"

namespace fovea::indexer {

class AmongRows {
 public:
  // `photos`: null for every row.
  AmongRows(const ListedRows& rows, const PhotoBits* photos);

  // Of the rows of the block that may be in question, one bit each.
  uint16_t BlockBits(uint32_t block) const;
  // Whether one of them is.
  bool Holds(size_t place) const { return photos_ == nullptr || looked_up_ || photos_->Holds(rows_.ids()[place]); }
  // At most so many rows of the list.
  size_t MostOf(uint32_t list) const { return looked_up_ ? counts_[list] : rows_.SizeOf(list); }
  // Rows of the list, exact or guessed.
  double Count(uint32_t list) const;

 private:
  void LookUp();

  const ListedRows& rows_;
  const PhotoBits* const photos_;
  bool looked_up_ = false;
  bool asks_first_ = false;       // whether a block holds any row at all
  double share_ = 1;              // of all rows
  std::vector<uint64_t> bits_;    // by place
  std::vector<uint32_t> counts_;  // by list
};

// How many photos a set holds.
size_t CountOf(const PhotoBits& photos);
// Calls visit(PhotoId) for each.
template <typename Visit>
void ForEachOf(const PhotoBits& photos, const Visit& visit) {
  for (size_t i = 0; i < photos.words().size(); ++i) {
    for (uint64_t word = photos.words()[i]; word != 0; word &= word - 1) visit(storage::PhotoId{i * 64 + static_cast<uint64_t>(__builtin_ctzll(word))});
  }
}

}  // namespace fovea::indexer
