#include "indexer/flat_index.h"

#include <bit>
#include <unordered_map>

#include "base/log.h"
#include "base/shared_mutex.h"
#include "indexer/exact_scan.h"
#include "indexer/index_snapshot.h"
#include "indexer/search_rounds.h"
#include "storage/unit_length.h"

namespace fovea::indexer {

using storage::PhotoId;

namespace {

bool IsUnit(std::span<const float> vector) { return storage::IsUnitLength(storage::LengthOf(vector)); }

}  // namespace

struct FlatIndex::Impl {
  Impl(int64_t values, size_t threads) : dim(static_cast<size_t>(values)), scan({.threads = threads, .kernel = {}}), vectors(dim), codes(dim) {}

  Status CheckQuery(std::span<const float> query) const;
  void Set(size_t row, std::span<const float> vector) REQUIRES(mutex);
  void Resize(size_t count) REQUIRES(mutex);
  void DropRows() REQUIRES(mutex);
  std::vector<uint64_t> RowsOf(const PhotoBits& photos) const REQUIRES_SHARED(mutex);
  Status ReadFrom(const OpenedSnapshot& snapshot) REQUIRES(mutex);

  const size_t dim;
  ExactScan scan;
  SearchRounds rounds;
  mutable SharedMutex mutex;
  VectorRows vectors GUARDED_BY(mutex);
  Int8Rows codes GUARDED_BY(mutex);
  std::vector<PhotoId> ids GUARDED_BY(mutex);  // by row
  std::unordered_map<PhotoId, size_t> rows GUARDED_BY(mutex);
};

Status FlatIndex::Impl::CheckQuery(std::span<const float> query) const {
  if (query.size() != dim) return InvalidArgument(StrCat("search the index: the query has ", query.size(), " values, the index ", dim));
  return IsUnit(query) ? Status() : InvalidArgument("search the index: the query's length is not 1");
}

void FlatIndex::Impl::Set(size_t row, std::span<const float> vector) {
  vectors.Set(row, vector);
  codes.Set(row, vector.data());
}

void FlatIndex::Impl::Resize(size_t count) {
  vectors.Resize(count);
  codes.Resize(count);
  ids.resize(count);
}

void FlatIndex::Impl::DropRows() {
  vectors.Release();
  codes.Release();
  ids = {};
  rows = {};
}

// Few photos are looked up one by one; with many, all rows are asked.
std::vector<uint64_t> FlatIndex::Impl::RowsOf(const PhotoBits& photos) const {
  constexpr size_t kRowsPerLookup = 32;
  std::vector<uint64_t> bits((ids.size() + 63) / 64);
  size_t count = 0;
  for (const uint64_t word : photos.words()) count += static_cast<size_t>(std::popcount(word));
  if (count > ids.size() / kRowsPerLookup) {
    for (size_t row = 0; row < ids.size(); ++row) bits[row / 64] |= uint64_t{photos.Holds(ids[row])} << row % 64;
    return bits;
  }
  for (size_t i = 0; i < photos.words().size(); ++i) {
    for (uint64_t word = photos.words()[i]; word != 0; word &= word - 1) {
      const auto place = rows.find(PhotoId{i * 64 + static_cast<uint64_t>(std::countr_zero(word))});
      if (place != rows.end()) bits[place->second / 64] |= uint64_t{1} << place->second % 64;
    }
  }
  return bits;
}

FlatIndex::FlatIndex(int64_t dim, size_t threads) : impl_(std::make_unique<Impl>(dim, threads)) {}
FlatIndex::~FlatIndex() = default;

int64_t FlatIndex::dim() const { return static_cast<int64_t>(impl_->dim); }

size_t FlatIndex::size() const {
  ReaderLock lock(impl_->mutex);
  return impl_->ids.size();
}

Status FlatIndex::Add(PhotoId id, std::span<const float> vector) {
  if (vector.size() != impl_->dim) {
    return InvalidArgument(StrCat("add photo ", id.value, " to the index: it has ", vector.size(), " values, the index ", impl_->dim));
  }
  if (!IsUnit(vector)) return InvalidArgument(StrCat("add photo ", id.value, " to the index: its length is not 1"));
  WriterLock lock(impl_->mutex);
  const auto [place, is_new] = impl_->rows.try_emplace(id, impl_->ids.size());
  if (is_new) {
    impl_->Resize(place->second + 1);
    impl_->ids.back() = id;
  }
  impl_->Set(place->second, vector);
  return Status();
}

void FlatIndex::Remove(PhotoId id) {
  WriterLock lock(impl_->mutex);
  const auto place = impl_->rows.find(id);
  if (place == impl_->rows.end()) return;
  const size_t row = place->second;
  const size_t last = impl_->ids.size() - 1;
  if (row != last) {
    impl_->vectors.Copy(last, row);
    impl_->codes.Copy(last, row);
    impl_->ids[row] = impl_->ids[last];
    impl_->rows[impl_->ids[row]] = row;
  }
  impl_->rows.erase(id);
  impl_->Resize(last);
}

Result<std::vector<Neighbour>> FlatIndex::Search(std::span<const float> query, size_t k) const {
  const IndexQuery only{.vector = query, .k = k};
  ASSIGN_OR_RETURN(std::vector<std::vector<Neighbour>> found, SearchMany(std::span(&only, 1)));
  return std::move(found.front());
}

Result<std::vector<std::vector<Neighbour>>> FlatIndex::SearchMany(std::span<const IndexQuery> queries) const {
  for (const IndexQuery& query : queries) RETURN_IF_ERROR(impl_->CheckQuery(query.vector));
  ReaderLock lock(impl_->mutex);
  std::vector<std::vector<uint64_t>> bits(queries.size());
  std::vector<RowFilter> filters;
  filters.reserve(queries.size());  // queries point into it
  std::vector<ScanQuery> asked;
  for (size_t i = 0; i < queries.size(); ++i) {
    if (queries[i].among != nullptr) bits[i] = impl_->RowsOf(*queries[i].among);
    filters.emplace_back(bits[i]);
    asked.push_back({.vector = queries[i].vector, .k = queries[i].k, .filter = queries[i].among != nullptr ? &filters[i] : nullptr});
  }
  const ScanRows rows{impl_->vectors, impl_->codes, impl_->ids};
  const auto scan = [&](std::span<const ScanQuery> all) { return impl_->scan.Search(rows, all); };
  const bool large = ExactScan::IsLarge(impl_->codes, asked.size());
  std::vector<std::vector<Neighbour>> found;
  for (ScanAnswer& answer : large ? impl_->rounds.Search(asked, scan) : scan(asked)) found.push_back(std::move(answer.found));
  return found;
}

Status FlatIndex::Save(const std::string& path, const std::string& model_id, uint64_t epoch) const {
  ReaderLock lock(impl_->mutex);
  const SnapshotHeader header{model_id, static_cast<uint32_t>(impl_->dim), impl_->ids.size(), epoch};
  return WriteSnapshot(path, header, impl_->ids, impl_->vectors.all());
}

Status FlatIndex::Impl::ReadFrom(const OpenedSnapshot& snapshot) {
  const auto count = static_cast<size_t>(snapshot.header.count);
  Resize(count);
  RETURN_IF_ERROR(ReadSnapshotBody(snapshot, ids, vectors.all()));
  rows.reserve(count);
  for (size_t row = 0; row < count; ++row) {
    if (!rows.try_emplace(ids[row], row).second) return Corrupt(StrCat("photo ", ids[row].value, " is in it twice"));
  }
  CodeAllRows(vectors, scan.team(), codes);
  return Status();
}

Status FlatIndex::Load(const std::string& path, const std::string& model_id, uint64_t epoch) {
  WriterLock lock(impl_->mutex);
  impl_->DropRows();
  ASSIGN_OR_RETURN(const OpenedSnapshot snapshot, OpenSnapshot(path));
  const SnapshotHeader& header = snapshot.header;
  const std::string context = StrCat("load index snapshot \"", path, "\"");
  if (header.model_id != model_id) {
    return Unsupported(StrCat(context, ": it is for model ", header.model_id, ", not ", model_id));
  }
  if (header.dim != impl_->dim) return Unsupported(StrCat(context, ": its vectors have ", header.dim, " values, not ", impl_->dim));
  if (header.epoch != epoch) {
    return Unsupported(StrCat(context, ": it stands for state ", header.epoch, " of the store, which is at ", epoch));
  }
  const Status status = impl_->ReadFrom(snapshot);
  if (!status.ok()) impl_->DropRows();
  return status.ok() ? status : status.WithContext(context);
}

void FlatIndex::Reserve(size_t vectors) {
  WriterLock lock(impl_->mutex);
  impl_->vectors.Reserve(vectors);
  impl_->codes.Reserve(vectors);
  impl_->ids.reserve(vectors);
  impl_->rows.reserve(vectors);
}

void FlatIndex::Clear() {
  WriterLock lock(impl_->mutex);
  impl_->DropRows();
}

}  // namespace fovea::indexer
