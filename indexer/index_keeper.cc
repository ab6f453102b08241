#include "indexer/index_keeper.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/cores.h"
#include "base/log.h"
#include "base/side_by_side.h"
#include "indexer/index_snapshot.h"
#include "indexer/lists_file.h"
#include "indexer/pause.h"

namespace fovea::indexer {
namespace {

constexpr const char* kFileName = "index.snapshot";
constexpr const char* kIndexValue = "snapshot";  // in the catalog: that there should be a file, and of which epoch
constexpr const char* kListsName = "index.lists";
constexpr const char* kListsValue = "lists";  // in the catalog: that there should be a file
constexpr const char* kPart = "write the index snapshot";
constexpr uint64_t kOneByOneShare = 8;   // when more than one vector in so many changed, reading all is quicker
constexpr uint64_t kWorthWriting = 50;   // a snapshot is written again when one vector in so many changed
constexpr int kFirstLookS = 10;          // after a start without a snapshot: a stop may not have the time to write a large one
constexpr uint64_t kIdsPerPart = 16'384;  // that one thread reads in one sweep
constexpr size_t kTakenAtOnce = 64;      // vectors, which lie in the core's cache when the index takes them
constexpr size_t kMostReaders = 8;

// What the catalog keeps begins with this.
std::string Describe(uint64_t epoch) { return StrCat("version ", kSnapshotVersion, ", epoch ", epoch, ","); }

}  // namespace

IndexKeeper::IndexKeeper(storage::Catalog& catalog, ClusteredIndex& index, Health& health, std::string model_id, std::optional<uint32_t> model)
    : catalog_(catalog), index_(index), health_(health), model_id_(std::move(model_id)), model_(model) {}

IndexKeeper::~IndexKeeper() { Stop(); }

std::string IndexKeeper::PathIn(const storage::Catalog& catalog) { return catalog.folder() + "/" + kFileName; }

bool IndexKeeper::IsLastWritten(const storage::Catalog& catalog, uint64_t epoch) {
  const auto written = catalog.GetIndexValue(kIndexValue);
  return written && written->starts_with(Describe(epoch));
}

std::string IndexKeeper::lists_path() const { return catalog_.folder() + "/" + kListsName; }

std::string IndexKeeper::rebuilding() const {
  MutexLock lock(names_mutex_);
  return broken_snapshot_ + (broken_snapshot_.empty() || broken_lists_.empty() ? "" : "; ") + broken_lists_;
}

void IndexKeeper::FillLists() {
  const Status loaded = index_.LoadLists(lists_path(), model_id_);
  const bool expected = catalog_.GetIndexValue(kListsValue).has_value();
  if (loaded.ok() || (loaded.code() == StatusCode::kNotFound && !expected)) return;
  LogWarning("index: ", loaded.message(), "; the lists are trained again, and searches are exact until then");
  MutexLock lock(names_mutex_);
  broken_lists_ = loaded.message();
}

Status IndexKeeper::Fill() {
  FillLists();
  const auto start = std::chrono::steady_clock::now();
  const Result<Filled> loaded = FillFromSnapshot();
  if (loaded) {
    LogInfo("index: ", index_.size(), " vectors read from the snapshot, ", loaded->caught_up, " of them brought up to date, in ",
            MillisecondsSince(start), " ms");
    MutexLock lock(mutex_);
    saved_ = true;
    saved_epoch_ = loaded->epoch;
    return Status();
  }
  const auto expected = catalog_.GetIndexValue(kIndexValue);
  if (loaded.error().code() != StatusCode::kNotFound || expected) {
    LogWarning("index: ", loaded.error().message(), expected ? StrCat(" (one was written: ", *expected, ")") : "", "; rebuilding it from the store");
    MutexLock lock(names_mutex_);
    broken_snapshot_ = loaded.error().message();
  }
  RETURN_IF_ERROR(Rebuild());
  if (index_.size() > 0) LogInfo("index: ", index_.size(), " vectors read from the store in ", MillisecondsSince(start), " ms");
  return Status();
}

// The snapshot, and then what changed in the store since it was written: a kill does not cost more than what it cut off.
Result<IndexKeeper::Filled> IndexKeeper::FillFromSnapshot() {
  Filled filled;
  {
    ASSIGN_OR_RETURN(const OpenedSnapshot snapshot, OpenSnapshot(path()));
    filled.epoch = snapshot.header.epoch;
  }
  const std::string context = StrCat("load index snapshot \"", path(), "\"");
  if (!IsLastWritten(catalog_, filled.epoch)) {
    return Failed(Unsupported(StrCat(context, ": it stands for state ", filled.epoch, " and is not the one that this store wrote last")));
  }
  const auto changes = catalog_.VectorChangesSince(filled.epoch);
  if (!changes) return Failed(changes.error().WithContext(context));
  if (changes->size() > std::max<uint64_t>(1000, catalog_.photo_count() / kOneByOneShare)) {
    return Failed(Unsupported(StrCat(context, ": ", changes->size(), " vectors changed since it was written, too many to read one by one")));
  }
  RETURN_IF_ERROR(index_.Load(path(), model_id_, filled.epoch));
  for (const storage::PhotoId photo : *changes) RETURN_IF_ERROR(TakeIn(photo));
  filled.caught_up = changes->size();
  if (index_.size() != catalog_.photo_count()) {
    return Failed(Corrupt(StrCat(context, ": it gives ", index_.size(), " vectors, the store has ", catalog_.photo_count(), " photos")));
  }
  return filled;
}

Status IndexKeeper::TakeIn(storage::PhotoId photo) {
  const auto vector = catalog_.GetVector(photo, model_);
  if (vector) return index_.Add(photo, *vector);
  if (vector.error().code() != StatusCode::kNotFound) return vector.error();
  index_.Remove(photo);
  return Status();
}

Status IndexKeeper::Rebuild() {
  const Status status = index_.FillFrom([this](const ClusteredIndex::Take& take) { return ReadAll(take); }, catalog_.photo_count());
  return status.ok() ? status : status.WithContext("rebuild the index from the store");
}

// All cores read, each one part of the ids after the other.
Status IndexKeeper::ReadAll(const ClusteredIndex::Take& take) const {
  const uint64_t parts = catalog_.next_photo().value / kIdsPerPart + 1;
  return WorkSideBySide("fill", std::min(UsableCores(), kMostReaders), parts, [&](const NextPart& next) -> Status {
    while (const auto part = next()) RETURN_IF_ERROR(ReadPart(*part, take));
    return {};
  });
}

Status IndexKeeper::ReadPart(uint64_t part, const ClusteredIndex::Take& take) const {
  std::vector<storage::PhotoId> ids;
  std::vector<float> vectors;
  Status taken;
  const auto hand_on = [&] {
    taken = take(ids, vectors);
    ids.clear();
    vectors.clear();
    return taken.ok();
  };
  const storage::PhotoId first{part * kIdsPerPart}, end{first.value + kIdsPerPart};
  const auto keep = [&](storage::PhotoId id, std::span<const float> vector) {
    ids.push_back(id);
    vectors.insert(vectors.end(), vector.begin(), vector.end());
    return ids.size() < kTakenAtOnce || hand_on();
  };
  RETURN_IF_ERROR(catalog_.ForEachVectorBetween(first, end, keep, model_));
  if (taken.ok()) hand_on();
  return taken;
}

void IndexKeeper::StartSaving(IndexWriter& writer, int every_s) {
  thread_ = Thread("snapshot", [this, &writer, every_s](const std::stop_token& stop) {
    std::chrono::seconds pause(std::min(every_s, kFirstLookS));
    while (PauseUnlessStopped(pause, stop)) {
      health_.Report(kPart, SaveIfChanged(writer));
      pause = std::chrono::seconds(every_s);
    }
  });
}

Status IndexKeeper::SaveIfChanged(IndexWriter& writer) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(SaveRows(writer));
  return SaveLists();
}

Status IndexKeeper::SaveRows(IndexWriter& writer) {
  const uint64_t changed = catalog_.vector_epoch() - saved_epoch_;
  if (saved_ && (changed == 0 || changed < index_.size() / kWorthWriting)) return Status();
  const auto epoch = writer.SaveSnapshot(path(), model_id_);
  if (!epoch) return epoch.error();
  saved_ = true;
  saved_epoch_ = *epoch;
  RETURN_IF_ERROR(catalog_.PutIndexValue(kIndexValue, StrCat(Describe(*epoch), " ", index_.size(), " vectors")));
  MutexLock lock(names_mutex_);
  broken_snapshot_.clear();
  return catalog_.ForgetVectorChanges(*epoch);
}

Status IndexKeeper::SaveLists() {
  const ClusteredIndex::State state = index_.state();
  const uint64_t sorted = state.sorted - saved_sorted_;
  if (state.lists == 0 || !state.approximate || sorted == 0 || sorted < state.vectors / kWorthWriting) return Status();
  RETURN_IF_ERROR(index_.SaveLists(lists_path(), model_id_));
  saved_sorted_ = state.sorted;
  MutexLock lock(names_mutex_);
  broken_lists_.clear();
  return catalog_.PutIndexValue(kListsValue, StrCat("version ", kListsVersion, ", ", state.lists, " lists"));
}

void IndexKeeper::Stop() {
  thread_.RequestStop();
  thread_.Join();
}

}  // namespace fovea::indexer
