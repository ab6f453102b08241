#include "indexer/listed_rows.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace fovea::indexer {

using storage::PhotoId;

void ListedRows::Reserve(size_t vectors) {
  const size_t places = (vectors + kBlockRows - 1) / kBlockRows * kBlockRows;
  vectors_.Reserve(places);
  codes_.Reserve(places);
  ids_.reserve(places);
}

Status ListedRows::LeaveInMemory(MemoryKind kind, const std::string& folder) {
  if (kind != MemoryKind::kAll) RETURN_IF_ERROR(vectors_.MoveToFile(folder));
  return kind == MemoryKind::kNone ? codes_.MoveToFile(folder) : Status();
}

void ListedRows::Clear() {
  ++changes_;
  vectors_.Release();
  codes_.Release();
  places_.Release();
  size_ = 0;
  ids_ = {};
  there_ = {};
  list_of_ = {};
  lists_.assign(1, {});
  free_ = {};
}

void ListedRows::Resize(size_t places) {
  vectors_.Resize(places);
  codes_.Resize(places);
  ids_.resize(places);
  there_.resize((places + 63) / 64);
  list_of_.resize(places / kBlockRows);
}

void ListedRows::StartLists(size_t count) {
  ++changes_;
  std::vector<List> before(count + 1);
  before.swap(lists_);
  for (List& list : before) {
    lists_[kFresh].rows += list.rows;
    lists_[kFresh].blocks.insert(lists_[kFresh].blocks.end(), list.blocks.begin(), list.blocks.end());
  }
  for (const uint32_t block : lists_[kFresh].blocks) list_of_[block] = kFresh;
}

void ListedRows::SetThere(uint32_t place, bool there) {
  ++changes_;
  const uint64_t bit = uint64_t{1} << place % 64;
  there ? there_[place / 64] |= bit : there_[place / 64] &= ~bit;
}

uint32_t ListedRows::TakeBlock(uint32_t list) {
  uint32_t block = static_cast<uint32_t>(list_of_.size());
  if (free_.empty()) {
    Resize(places() + kBlockRows);
  } else {
    block = free_.back();
    free_.pop_back();
  }
  list_of_[block] = list;
  lists_[list].blocks.push_back(block);
  return block;
}

uint32_t ListedRows::TakePlace(PhotoId id, uint32_t list) {
  const bool full = lists_[list].blocks.empty() || BlockBits(lists_[list].blocks.back()) == 0xffff;
  const uint32_t block = full ? TakeBlock(list) : lists_[list].blocks.back();
  const uint32_t place = block * kBlockRows + static_cast<uint32_t>(std::countr_one(BlockBits(block)));
  SetThere(place, true);
  ids_[place] = id;
  if (id.value >= places_.size()) places_.Resize(id.value + 1);
  places_.data()[id.value] = place + 1;
  ++lists_[list].rows;
  ++size_;
  return place;
}

// The list's last row comes into the gap.
void ListedRows::LeavePlace(uint32_t place) {
  List& list = lists_[ListOf(place)];
  const uint32_t block = list.blocks.back();
  const uint32_t last = block * kBlockRows + static_cast<uint32_t>(std::bit_width(BlockBits(block))) - 1;
  if (last != place) {
    vectors_.Copy(last, place);
    codes_.Copy(last, place);
    ids_[place] = ids_[last];
    places_.data()[ids_[place].value] = place + 1;
  }
  SetThere(last, false);
  --list.rows;
  --size_;
  if (BlockBits(block) != 0) return;
  list.blocks.pop_back();
  free_.push_back(block);
}

void ListedRows::Put(PhotoId id, uint32_t list, std::span<const float> vector) {
  Remove(id);
  Fill(TakePlace(id, list), vector);
}

bool ListedRows::Remove(PhotoId id) {
  const std::optional<uint32_t> place = PlaceOf(id);
  if (!place) return false;
  places_.data()[id.value] = 0;
  LeavePlace(*place);
  return true;
}

void ListedRows::Move(uint32_t place, uint32_t list) {
  const uint32_t to = TakePlace(ids_[place], list);
  vectors_.Copy(place, to);
  codes_.Copy(place, to);
  LeavePlace(place);
}

// List by list, so that the blocks of each lie side by side.
bool ListedRows::TakePlaces(std::span<const PhotoId> ids, std::span<const uint32_t> lists, std::vector<uint32_t>& places) {
  std::vector<uint32_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](uint32_t i) { return lists[i]; });
  places.resize(ids.size());
  for (const uint32_t i : order) {
    if (PlaceOf(ids[i])) return false;
    places[i] = TakePlace(ids[i], lists[i]);
  }
  return true;
}

}  // namespace fovea::indexer
