#include "indexer/flat_index.h"

#include <faiss/IndexFlat.h>
#include <faiss/impl/AuxIndexStructures.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "base/log.h"
#include "base/shared_mutex.h"
#include "indexer/index_snapshot.h"

namespace fovea::indexer {

using storage::PhotoId;

namespace {

constexpr double kUnitTolerance = 1e-3;  // of the squared length; fp32 rounding stays far below

bool IsUnit(std::span<const float> vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  return std::abs(squares - 1.0) <= kUnitTolerance;  // false for NaN
}

bool Better(const Neighbour& a, const Neighbour& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; }

}  // namespace

struct FlatIndex::Impl {
  explicit Impl(int64_t values) : dim(static_cast<size_t>(values)), flat(values) {}

  float* Row(size_t row) REQUIRES(mutex) { return flat.get_xb() + row * dim; }
  void DropRows() REQUIRES(mutex) {
    flat.reset();
    flat.codes.shrink_to_fit();
    ids = {};
    rows = {};
  }
  std::vector<Neighbour> Nearest(const float* query, size_t k) const REQUIRES_SHARED(mutex);
  std::vector<Neighbour> AtLeast(const float* query, float score) const REQUIRES_SHARED(mutex);
  Status ReadFrom(const OpenedSnapshot& snapshot) REQUIRES(mutex);

  const size_t dim;
  mutable SharedMutex mutex;
  faiss::IndexFlatIP flat GUARDED_BY(mutex);
  std::vector<PhotoId> ids GUARDED_BY(mutex);                 // by row
  std::unordered_map<PhotoId, size_t> rows GUARDED_BY(mutex);
};

// The k best in FAISS's order, which among equal scores is any.
std::vector<Neighbour> FlatIndex::Impl::Nearest(const float* query, size_t k) const {
  std::vector<float> scores(k);
  std::vector<faiss::Index::idx_t> labels(k);
  flat.search(1, query, static_cast<faiss::Index::idx_t>(k), scores.data(), labels.data());
  std::vector<Neighbour> found;
  found.reserve(k);
  for (size_t i = 0; i < k; ++i) {
    if (labels[i] >= 0) found.push_back({ids[static_cast<size_t>(labels[i])], scores[i]});
  }
  return found;
}

std::vector<Neighbour> FlatIndex::Impl::AtLeast(const float* query, float score) const {
  faiss::RangeSearchResult range(1);
  const float just_below = std::nextafter(score, -std::numeric_limits<float>::infinity());
  flat.range_search(1, query, just_below, &range);
  std::vector<Neighbour> found;
  for (size_t i = 0; i < range.lims[1]; ++i) found.push_back({ids[static_cast<size_t>(range.labels[i])], range.distances[i]});
  return found;
}

FlatIndex::FlatIndex(int64_t dim) : impl_(std::make_unique<Impl>(dim)) {}
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
    impl_->flat.add(1, vector.data());
    impl_->ids.push_back(id);
  } else {
    std::memcpy(impl_->Row(place->second), vector.data(), vector.size_bytes());
  }
  return Status();
}

void FlatIndex::Remove(PhotoId id) {
  WriterLock lock(impl_->mutex);
  const auto place = impl_->rows.find(id);
  if (place == impl_->rows.end()) return;
  const size_t row = place->second;
  const size_t last = impl_->ids.size() - 1;
  if (row != last) {
    std::memcpy(impl_->Row(row), impl_->Row(last), impl_->flat.code_size);
    impl_->ids[row] = impl_->ids[last];
    impl_->rows[impl_->ids[row]] = row;
  }
  impl_->rows.erase(id);
  impl_->ids.pop_back();
  impl_->flat.codes.resize(last * impl_->flat.code_size);
  impl_->flat.ntotal = static_cast<faiss::Index::idx_t>(last);
}

Result<std::vector<Neighbour>> FlatIndex::Search(std::span<const float> query, size_t k) const {
  if (query.size() != impl_->dim) {
    return Failed(InvalidArgument(StrCat("search the index: the query has ", query.size(), " values, the index ", impl_->dim)));
  }
  if (!IsUnit(query)) return Failed(InvalidArgument("search the index: the query's length is not 1"));
  ReaderLock lock(impl_->mutex);
  const size_t wanted = std::min(k, impl_->ids.size());
  if (wanted == 0) return std::vector<Neighbour>();
  try {
    // One more than wanted shows whether equal scores were cut apart; then all of them are looked at.
    std::vector<Neighbour> found = impl_->Nearest(query.data(), std::min(wanted + 1, impl_->ids.size()));
    if (found.size() > wanted && found[wanted].score == found[wanted - 1].score) {
      found = impl_->AtLeast(query.data(), found[wanted - 1].score);
    }
    std::sort(found.begin(), found.end(), Better);
    if (found.size() > wanted) found.resize(wanted);
    return found;
  } catch (const std::exception& e) {
    return Failed(Internal(StrCat("search the index: ", e.what())));
  }
}

Status FlatIndex::Save(const std::string& path, const std::string& model_id, uint64_t epoch) const {
  ReaderLock lock(impl_->mutex);
  const SnapshotHeader header{model_id, static_cast<uint32_t>(impl_->dim), impl_->ids.size(), epoch};
  return WriteSnapshot(path, header, impl_->ids, std::span(impl_->flat.get_xb(), impl_->ids.size() * impl_->dim));
}

Status FlatIndex::Impl::ReadFrom(const OpenedSnapshot& snapshot) {
  const auto count = static_cast<size_t>(snapshot.header.count);
  ids.resize(count);
  flat.codes.resize(count * flat.code_size);
  flat.ntotal = static_cast<faiss::Index::idx_t>(count);
  RETURN_IF_ERROR(ReadSnapshotBody(snapshot, ids, std::span(flat.get_xb(), count * dim)));
  rows.reserve(count);
  for (size_t row = 0; row < count; ++row) {
    if (!rows.try_emplace(ids[row], row).second) return Corrupt(StrCat("photo ", ids[row].value, " is in it twice"));
  }
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
  impl_->flat.codes.reserve(vectors * impl_->flat.code_size);
  impl_->ids.reserve(vectors);
  impl_->rows.reserve(vectors);
}

void FlatIndex::Clear() {
  WriterLock lock(impl_->mutex);
  impl_->DropRows();
}

}  // namespace fovea::indexer
