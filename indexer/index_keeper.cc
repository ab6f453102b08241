#include "indexer/index_keeper.h"

#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "indexer/index_snapshot.h"
#include "indexer/pause.h"

namespace fovea::indexer {
namespace {

constexpr const char* kFileName = "index.snapshot";
constexpr const char* kIndexValue = "snapshot";  // in the catalog: that there should be a file, and of which epoch
constexpr const char* kPart = "write the index snapshot";

}  // namespace

IndexKeeper::IndexKeeper(storage::Catalog& catalog, FlatIndex& index, Health& health, std::string model_id)
    : catalog_(catalog), index_(index), health_(health), model_id_(std::move(model_id)) {}

IndexKeeper::~IndexKeeper() { Stop(); }

std::string IndexKeeper::path() const { return catalog_.folder() + "/" + kFileName; }

Status IndexKeeper::Fill() {
  const auto start = std::chrono::steady_clock::now();
  const uint64_t epoch = catalog_.vector_epoch();
  Status loaded = index_.Load(path(), model_id_, epoch);
  if (loaded.ok() && index_.size() != catalog_.photo_count()) {
    loaded = Corrupt(StrCat("load index snapshot: it holds ", index_.size(), " vectors, the store ", catalog_.photo_count(), " photos"));
  }
  if (loaded.ok()) {
    LogInfo("index: ", index_.size(), " vectors read from the snapshot in ", MillisecondsSince(start), " ms");
    MutexLock lock(mutex_);
    saved_ = true;
    saved_epoch_ = epoch;
    return Status();
  }
  const auto expected = catalog_.GetIndexValue(kIndexValue);
  if (loaded.code() != StatusCode::kNotFound || expected) {
    LogWarning("index: ", loaded.message(), expected ? StrCat(" (one was written: ", *expected, ")") : "", "; rebuilding it from the store");
  }
  RETURN_IF_ERROR(Rebuild());
  if (index_.size() > 0) LogInfo("index: ", index_.size(), " vectors read from the store in ", MillisecondsSince(start), " ms");
  return Status();
}

Status IndexKeeper::Rebuild() {
  index_.Clear();
  index_.Reserve(catalog_.photo_count());
  Status refused;
  RETURN_IF_ERROR(catalog_.ForEachVector([&](storage::PhotoId id, std::span<const float> vector) {
    refused = index_.Add(id, vector);
    return refused.ok();
  }));
  return refused.ok() ? refused : refused.WithContext("rebuild the index from the store");
}

void IndexKeeper::StartSaving(IndexWriter& writer, int every_s) {
  thread_ = Thread("snapshot", [this, &writer, every_s](const std::stop_token& stop) {
    while (PauseUnlessStopped(std::chrono::seconds(every_s), stop)) health_.Report(kPart, SaveIfChanged(writer));
  });
}

Status IndexKeeper::SaveIfChanged(IndexWriter& writer) {
  MutexLock lock(mutex_);
  if (saved_ && saved_epoch_ == catalog_.vector_epoch()) return Status();
  const auto epoch = writer.SaveSnapshot(path(), model_id_);
  if (!epoch) return epoch.error();
  saved_ = true;
  saved_epoch_ = *epoch;
  return catalog_.PutIndexValue(kIndexValue, StrCat("version ", kSnapshotVersion, ", epoch ", *epoch, ", ", index_.size(), " vectors"));
}

void IndexKeeper::Stop() {
  thread_.RequestStop();
  thread_.Join();
}

}  // namespace fovea::indexer
