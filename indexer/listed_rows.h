#pragma once
// ListedRows holds the vectors of a clustered index: each row belongs to one list, and the rows of a list lie in blocks of its own.
//
// Owns:    per place dim x 4 bytes, dim + 8 bytes of codes, 8 of an id; 4 bytes per id up to the largest. A list ends in a block
//          with up to 15 empty places; blocks that a list gives up are the next ones to be used.
// Threads: any number of readers, or one writer; Fill of different places may run side by side.
// Errors:  LeaveInMemory: kIo. Requires: ids below 2^32.
// Shapes:  a place is block * 16 + row of the block. Rows move from place to place when others go.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "indexer/int8_rows.h"
#include "indexer/memory_kind.h"
#include "indexer/row_filter.h"
#include "indexer/vector_rows.h"
#include "storage/records.h"

namespace fovea::indexer {

class ListedRows {
 public:
  static constexpr uint32_t kFresh = 0;  // the list of rows for which none was chosen yet

  explicit ListedRows(size_t dim) : vectors_(dim), codes_(dim), lists_(1) {}

  size_t size() const { return size_; }
  size_t places() const { return ids_.size(); }
  // How often a row came, went or moved; only rises.
  uint64_t changes() const { return changes_; }
  const VectorRows& vectors() const { return vectors_; }
  const Int8Rows& codes() const { return codes_; }
  std::span<const storage::PhotoId> ids() const { return ids_; }  // by place; rubbish where none is
  // Which places hold a row, as RowFilter takes it.
  std::span<const uint64_t> there() const { return there_; }
  uint16_t BlockBits(uint32_t block) const { return RowFilter(there_).BlockBits(block); }
  std::optional<uint32_t> PlaceOf(storage::PhotoId id) const {
    if (id.value >= places_.size() || places_.data()[id.value] == 0) return std::nullopt;
    return places_.data()[id.value] - 1;
  }

  size_t lists() const { return lists_.size(); }  // the fresh one included
  std::span<const uint32_t> BlocksOf(uint32_t list) const { return lists_[list].blocks; }
  size_t SizeOf(uint32_t list) const { return lists_[list].rows; }
  uint32_t ListOf(uint32_t place) const { return list_of_[place / kBlockRows]; }

  void Reserve(size_t vectors);
  MemoryKind memory() const { return codes_.in_file() ? MemoryKind::kNone : vectors_.in_file() ? MemoryKind::kCodes : MemoryKind::kAll; }
  // Moves to files in the folder what the kind does not keep in memory; never back. On an error the rest stays where it was.
  Status LeaveInMemory(MemoryKind kind, const std::string& folder);
  void Clear();
  // Every row becomes fresh, and beside the fresh list there are `count` empty ones.
  void StartLists(size_t count);
  // Adds a row, or replaces the one with this id.
  void Put(storage::PhotoId id, uint32_t list, std::span<const float> vector);
  // False when there is none with this id.
  bool Remove(storage::PhotoId id);
  void Move(uint32_t place, uint32_t list);

  // Takes places for rows whose vectors follow with Fill; one place per id. False when an id is there already.
  bool TakePlaces(std::span<const storage::PhotoId> ids, std::span<const uint32_t> lists, std::vector<uint32_t>& places);
  void Fill(uint32_t place, std::span<const float> vector) {
    vectors_.Set(place, vector);
    codes_.Set(place, vector.data());
  }

 private:
  struct List {
    std::vector<uint32_t> blocks;
    size_t rows = 0;
  };
  uint32_t TakeBlock(uint32_t list);
  uint32_t TakePlace(storage::PhotoId id, uint32_t list);
  void LeavePlace(uint32_t place);
  void SetThere(uint32_t place, bool there);
  void Resize(size_t places);

  VectorRows vectors_;
  Int8Rows codes_;
  size_t size_ = 0;
  uint64_t changes_ = 0;
  std::vector<storage::PhotoId> ids_;  // by place
  std::vector<uint64_t> there_;
  std::vector<uint32_t> list_of_;      // by block
  std::vector<List> lists_;
  std::vector<uint32_t> free_;         // blocks
  PagedArray<uint32_t> places_;        // by id, 1 more than the place; 0: none
};

}  // namespace fovea::indexer
