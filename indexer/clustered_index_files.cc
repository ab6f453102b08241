// ClusteredIndex: its snapshot and its lists on disk.
#include <utility>

#include "base/log.h"
#include "indexer/clustered_index_impl.h"
#include "indexer/index_snapshot.h"
#include "indexer/lists_file.h"
#include "indexer/row_filler.h"

namespace fovea::indexer {

using storage::PhotoId;

Status ClusteredIndex::Save(const std::string& path, const std::string& model_id, uint64_t epoch) const {
  MutexLock order(impl_->order);
  ReaderLock lock(impl_->mutex);
  const ListedRows& rows = impl_->rows;
  std::vector<PhotoId> ids;
  std::vector<uint32_t> places;
  for (uint32_t list = 0; list < rows.lists(); ++list) {
    for (const uint32_t block : rows.BlocksOf(list)) {
      for (uint32_t row = 0; row < kBlockRows; ++row) {
        if ((rows.BlockBits(block) >> row & 1) == 0) continue;
        places.push_back(block * kBlockRows + row);
        ids.push_back(rows.ids()[places.back()]);
      }
    }
  }
  const SnapshotHeader header{model_id, static_cast<uint32_t>(impl_->dim), ids.size(), epoch};
  return WriteSnapshot(path, header, ids, [&](size_t row) { return std::span(rows.vectors().Row(places[row]), impl_->dim); });
}

Status ClusteredIndex::Impl::ReadFrom(const OpenedSnapshot& snapshot) {
  ASSIGN_OR_RETURN(const std::vector<PhotoId> ids, ReadSnapshotIds(snapshot));
  std::vector<uint32_t> lists, places;
  for (const PhotoId id : ids) {
    if (id.value > UINT32_MAX) return Corrupt(StrCat("it holds photo ", id.value, ", ids end at ", UINT32_MAX));
    lists.push_back(KnownList(id));
  }
  FitInMemory(ids.size());
  rows.Reserve(ids.size());
  if (!rows.TakePlaces(ids, lists, places)) return Corrupt("a photo is in it twice");
  return ReadSnapshotRows(snapshot, [&](size_t row, std::span<const float> vector) { rows.Fill(places[row], vector); });
}

Status ClusteredIndex::Load(const std::string& path, const std::string& model_id, uint64_t epoch) {
  {
    WriterLock lock(impl_->mutex);
    impl_->ForgetRows();
    ASSIGN_OR_RETURN(const OpenedSnapshot snapshot, OpenSnapshot(path));
    const SnapshotHeader& header = snapshot.header;
    const std::string context = StrCat("load index snapshot \"", path, "\"");
    if (header.model_id != model_id) return Unsupported(StrCat(context, ": it is for model ", header.model_id, ", not ", model_id));
    if (header.dim != impl_->dim) return Unsupported(StrCat(context, ": its vectors have ", header.dim, " values, not ", impl_->dim));
    if (header.epoch != epoch) {
      return Unsupported(StrCat(context, ": it stands for state ", header.epoch, " of the store, which is at ", epoch));
    }
    if (const Status status = impl_->ReadFrom(snapshot); !status.ok()) {
      impl_->ForgetRows();
      return status.WithContext(context);
    }
  }
  impl_->Wake();
  return Status();
}

void ClusteredIndex::Clear() {
  WriterLock lock(impl_->mutex);
  impl_->ForgetRows();
}

void ClusteredIndex::Impl::ForgetRows() {
  const size_t lists = rows.lists() - 1;
  rows.Clear();
  rows.StartLists(lists);
  fits = 0;
  memory_reason.clear();
}

Status ClusteredIndex::FillFrom(const std::function<Status(const Take&)>& read, size_t vectors) {
  {
    WriterLock lock(impl_->mutex);
    impl_->ForgetRows();
    impl_->FitInMemory(vectors);
    RowFiller filler(impl_->rows, impl_->known, vectors);
    const Status status = read([&filler](std::span<const PhotoId> ids, std::span<const float> given) { return filler.Take(ids, given); });
    if (!status.ok()) {
      impl_->ForgetRows();
      return status;
    }
    impl_->FitInMemory(impl_->rows.size());  // more may have come
  }
  impl_->Wake();
  return Status();
}

Status ClusteredIndex::SaveLists(const std::string& path, const std::string& model_id) const {
  MutexLock order(impl_->order);
  StoredLists lists{.model_id = model_id, .numbers = {}, .ids = {}, .lists = {}};
  {
    ReaderLock lock(impl_->mutex);
    const ListedRows& rows = impl_->rows;
    if (!impl_->centroids) return InvalidArgument("write the index's lists: there are none");
    lists.numbers = impl_->centroids->numbers();
    for (size_t place = 0; place < rows.places(); ++place) {
      const uint32_t list = rows.ListOf(static_cast<uint32_t>(place));
      if (list == ListedRows::kFresh || !RowFilter(rows.there()).Allows(place)) continue;
      lists.ids.push_back(rows.ids()[place]);
      lists.lists.push_back(list - 1);
    }
  }
  return WriteLists(path, lists);
}

Status ClusteredIndex::LoadLists(const std::string& path, const std::string& model_id) {
  ASSIGN_OR_RETURN(StoredLists lists, ReadLists(path));
  const std::string context = StrCat("read the index's lists \"", path, "\"");
  if (lists.model_id != model_id) return Unsupported(StrCat(context, ": they are for model ", lists.model_id, ", not ", model_id));
  if (lists.numbers.dim != impl_->dim) return Unsupported(StrCat(context, ": they are of ", lists.numbers.dim, " values, not ", impl_->dim));
  std::vector<uint32_t> known;
  for (size_t i = 0; i < lists.ids.size(); ++i) {
    const uint64_t id = lists.ids[i].value;
    if (id > UINT32_MAX) return Corrupt(StrCat(context, ": it holds photo ", id, ", ids end at ", UINT32_MAX));
    if (id >= known.size()) known.resize(id + 1);
    known[id] = lists.lists[i] + 1;
  }
  auto centroids = std::make_unique<const Centroids>(std::move(lists.numbers));
  MutexLock order(impl_->order);
  WriterLock lock(impl_->mutex);
  impl_->rows.StartLists(centroids->size());
  impl_->centroids = std::move(centroids);
  impl_->known = std::move(known);
  return Status();
}

}  // namespace fovea::indexer
