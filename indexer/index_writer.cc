#include "indexer/index_writer.h"

#include <algorithm>
#include <optional>

#include "base/log.h"

namespace fovea::indexer {

using storage::Location;
using storage::PhotoId;

namespace {

constexpr size_t kPhotosPerRead = 10'000;

// For changes of paths: what the catalog does not know needs no change.
template <typename T>
Status UnlessUnknown(const Result<T>& result) {
  return !result && result.error().code() == StatusCode::kNotFound ? Status() : AsStatus(result);
}

std::span<const PhotoId> AsSpan(const std::optional<PhotoId>& photo) {
  return photo ? std::span(&*photo, 1) : std::span<const PhotoId>();
}

}  // namespace

IndexWriter::IndexWriter(storage::Catalog& catalog, VectorIndex& index, PhotoFacts& facts, Metrics& metrics)
    : catalog_(catalog), facts_(facts), vectors_(metrics.GetGauge("fovea_index_vectors", "Vectors in the index")), index_(&index) {
  vectors_.Set(static_cast<double>(index.size()));
}

Result<std::vector<IndexWriter::Verdict>> IndexWriter::StoreFiles(std::span<const ItemPtr> items, const Wanted& wanted) {
  MutexLock lock(mutex_);
  std::vector<Verdict> verdicts(items.size());
  std::vector<storage::IndexedFile> files;
  std::vector<size_t> places;  // of each file among the items
  const auto answering = catalog_.model();
  const uint32_t model = answering ? answering->number : 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const PipelineItem& item = *items[i];
    verdicts[i] = Verdict::kUnwanted;
    if (!wanted(item)) continue;
    if (item.model != 0 && item.model != model && !item.vector.empty()) {
      verdicts[i] = Verdict::kReread;
      continue;
    }
    files.push_back({item.candidate.location, item.stamp, item.photo, item.vector, item.thumbnail});
    places.push_back(i);
  }
  if (files.empty()) return verdicts;
  ASSIGN_OR_RETURN(const std::vector<storage::StoredFile> stored, catalog_.StoreFiles(files));
  if (stored.size() != files.size()) return Failed(Internal("store files: the catalog gave another number of answers"));
  for (size_t i = 0; i < stored.size(); ++i) {
    verdicts[places[i]] = stored[i].photo.value == 0 ? Verdict::kReread : Verdict::kStored;
  }
  RETURN_IF_ERROR(AddVectors(files, stored));
  return verdicts;
}

Status IndexWriter::AddVectors(std::span<const storage::IndexedFile> files, std::span<const storage::StoredFile> stored) {
  for (size_t i = 0; i < stored.size(); ++i) {
    // First the removal: within one batch a photo can lose its last path to one file and come back with the next.
    RemovePhotos(AsSpan(stored[i].removed_photo));
    if (stored[i].photo.value == 0) continue;
    if (stored[i].new_photo) {
      RETURN_IF_ERROR(index_->Add(stored[i].photo, files[i].vector));
      storage::PhotoRecord record = files[i].photo;
      record.id = stored[i].photo;
      facts_.Put(record);
    }
    facts_.AddPath(PathOf(files[i].location), stored[i].photo);
  }
  vectors_.Set(static_cast<double>(index_->size()));
  return Status();
}

void IndexWriter::RemovePhotos(std::span<const PhotoId> photos) {
  if (photos.empty()) return;
  for (const PhotoId photo : photos) index_->Remove(photo);
  facts_.Remove(photos);
  vectors_.Set(static_cast<double>(index_->size()));
}

Result<IndexWriter::Verdict> IndexWriter::StoreFailure(const PipelineItem& item, int64_t now_ms, const Wanted& wanted) {
  MutexLock lock(mutex_);
  if (!wanted(item)) return Verdict::kUnwanted;
  const storage::FailureRecord failure{.location = item.candidate.location,
                                 .stamp = item.stamp,
                                 .code = item.failure.code(),
                                 .reason = item.failure.message(),
                                 .at_ms = now_ms};
  ASSIGN_OR_RETURN(const std::optional<PhotoId> orphan, catalog_.StoreFailure(failure));
  RemovePhotos(AsSpan(orphan));
  facts_.RemovePath(PathOf(failure.location));
  return Verdict::kStored;
}

Status IndexWriter::RemovePath(const Location& location) {
  MutexLock lock(mutex_);
  const auto orphan = catalog_.RemovePath(location);
  if (orphan) RemovePhotos(AsSpan(*orphan));
  if (orphan) facts_.RemovePath(PathOf(location));
  return UnlessUnknown(orphan);
}

Status IndexWriter::MovePath(const Location& from, const Location& to) {
  MutexLock lock(mutex_);
  const auto orphan = catalog_.MovePath(from, to);
  if (orphan) RemovePhotos(AsSpan(*orphan));
  if (orphan) facts_.MovePath(PathOf(from), PathOf(to));
  return UnlessUnknown(orphan);
}

Result<size_t> IndexWriter::RemovePaths(storage::PathSweep& sweep) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const storage::SweptPaths swept, catalog_.RemovePaths(sweep));
  RemovePhotos(swept.gone);
  const std::string root = PathOf({sweep.root, ""});
  for (const storage::PathRecord& path : swept.paths) facts_.RemovePath(root + path.location.path);
  return swept.paths.size();
}

Result<size_t> IndexWriter::MovePaths(storage::PathSweep& sweep, const Location& to) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const storage::SweptPaths swept, catalog_.MovePaths(sweep, to));
  RemovePhotos(swept.gone);
  const std::string before = PathOf({sweep.root, ""}), after = PathOf(to);
  for (const storage::PathRecord& path : swept.paths) {
    facts_.MovePath(before + path.location.path, after + path.location.path.substr(sweep.folder.size()));
  }
  return swept.paths.size();
}

Status IndexWriter::SwitchIndex(VectorIndex& index, const std::function<Status()>& step) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(step());
  index_ = &index;
  vectors_.Set(static_cast<double>(index.size()));
  return Status();
}

Result<std::vector<PhotoId>> IndexWriter::ChangeTags(const storage::TagChange& change) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(std::vector<PhotoId> unknown, catalog_.ChangeTags(change));
  storage::TagChange done = change;
  std::erase_if(done.photos, [&](PhotoId photo) { return std::find(unknown.begin(), unknown.end(), photo) != unknown.end(); });
  facts_.ChangeTags(done);
  return unknown;
}

std::string IndexWriter::PathOf(const Location& location) const {
  const auto root = catalog_.GetRoot(location.root);
  return root ? root->path + '/' + location.path : std::string();
}

Status IndexWriter::LoadFacts(const std::function<bool()>& go_on) {
  MutexLock lock(mutex_);
  if (facts_.complete()) return Status();
  const Status ended = Cancelled("load what filters ask: ended early");
  for (PhotoId after{0};;) {
    if (!go_on()) return ended;
    ASSIGN_OR_RETURN(const std::vector<storage::PhotoRecord> photos, catalog_.ListPhotos(after, kPhotosPerRead));
    for (const storage::PhotoRecord& photo : photos) facts_.Put(photo);
    if (photos.size() < kPhotosPerRead) break;
    after = photos.back().id;
  }
  RETURN_IF_ERROR(catalog_.ForEachTag([&](PhotoId photo, const std::string& tag) {
    facts_.ChangeTags({.photos = {photo}, .add = {tag}, .remove = {}});
    return go_on();
  }));
  for (const storage::Root& root : catalog_.ListRoots()) {
    uint64_t paths = 0;
    bool stopped = false;
    RETURN_IF_ERROR(catalog_.ForEachPath(root.id, "", [&](const storage::PathRecord& path) {
      if (path.state == storage::PathState::kIndexed) facts_.AddPath(root.path + '/' + path.location.path, path.photo);
      stopped = ++paths % kPhotosPerRead == 0 && !go_on();
      return !stopped;
    }));
    if (stopped) return ended;
  }
  facts_.SetComplete();
  return Status();
}

Result<uint64_t> IndexWriter::SaveSnapshot(const std::string& path, const std::string& model_id) {
  MutexLock lock(mutex_);
  const uint64_t epoch = catalog_.vector_epoch();
  RETURN_IF_ERROR(index_->Save(path, model_id, epoch));
  return epoch;
}

}  // namespace fovea::indexer
