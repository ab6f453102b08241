#include "indexer/row_filler.h"

#include "base/log.h"
#include "storage/unit_length.h"

namespace fovea::indexer {

using storage::PhotoId;

RowFiller::RowFiller(ListedRows& rows, std::span<const uint32_t> known, size_t vectors) : rows_(rows), known_(known) { MakeRoom(vectors); }

Status RowFiller::Check(PhotoId id, std::span<const float> vector, size_t dim) {
  const auto refuse = [&](const auto&... why) { return InvalidArgument(StrCat("add photo ", id.value, " to the index: ", why...)); };
  if (vector.size() != dim) return refuse("it has ", vector.size(), " values, the index ", dim);
  if (!storage::IsUnitLength(storage::LengthOf(vector))) return refuse("its length is not 1");
  if (id.value > UINT32_MAX) return refuse("ids end at ", UINT32_MAX);
  return Status();
}

// While rows only come, each list has one block at most that is not full.
void RowFiller::MakeRoom(size_t vectors) {
  WriterLock alone(moving_);
  if (vectors <= room_) return;
  room_ = vectors;
  rows_.Reserve(room_ + rows_.lists() * (kBlockRows - 1));
}

Status RowFiller::Take(std::span<const PhotoId> ids, std::span<const float> vectors) {
  if (ids.empty()) return Status();
  const size_t dim = vectors.size() / ids.size();
  std::vector<uint32_t> lists;
  for (size_t i = 0; i < ids.size(); ++i) {
    RETURN_IF_ERROR(Check(ids[i], vectors.subspan(i * dim, dim), rows_.vectors().dim()));
    lists.push_back(ids[i].value < known_.size() ? known_[ids[i].value] : ListedRows::kFresh);
  }
  while (true) {
    ASSIGN_OR_RETURN(const bool taken, TryTake(ids, lists, vectors));
    if (taken) return Status();
    const size_t there = [&] {
      MutexLock lock(mutex_);
      return rows_.size();
    }();
    MakeRoom(there + there / 2 + ids.size());
  }
}

Result<bool> RowFiller::TryTake(std::span<const PhotoId> ids, std::span<const uint32_t> lists, std::span<const float> vectors) {
  std::vector<uint32_t> places;
  ReaderLock still(moving_);
  {
    MutexLock lock(mutex_);
    if (rows_.size() + ids.size() > room_) return false;
    if (!rows_.TakePlaces(ids, lists, places)) return Failed(Corrupt("a photo is there twice"));
  }
  const size_t dim = vectors.size() / ids.size();
  for (size_t i = 0; i < ids.size(); ++i) rows_.Fill(places[i], vectors.subspan(i * dim, dim));
  return true;
}

}  // namespace fovea::indexer
