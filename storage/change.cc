#include "storage/change.h"

#include "base/log.h"
#include "storage/keys.h"
#include "storage/unit_length.h"

namespace fovea::storage {
namespace {

rocksdb::Slice AsSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

void Change::Put(Column column, std::string_view key, std::string_view value) {
  PutUnread(column, key, value);
  altered_[static_cast<size_t>(column)].insert_or_assign(std::string(key), std::string(value));
}

void Change::PutUnread(Column column, std::string_view key, std::string_view value) {
  // A WriteBatch in memory refuses only keys of an unknown column, which handle() cannot give.
  batch_.Put(database_.handle(column), AsSlice(key), AsSlice(value)).PermitUncheckedError();
}

void Change::DeleteUnread(Column column, std::string_view key) {
  batch_.Delete(database_.handle(column), AsSlice(key)).PermitUncheckedError();
}

void Change::Delete(Column column, std::string_view key) {
  DeleteUnread(column, key);
  altered_[static_cast<size_t>(column)].insert_or_assign(std::string(key), std::nullopt);
}

void Change::DeleteRange(Column column, std::string_view begin, std::string_view end) {
  batch_.DeleteRange(database_.handle(column), AsSlice(begin), AsSlice(end)).PermitUncheckedError();
}

rocksdb::WriteBatch& Change::Finish() {
  Put(Column::kMeta, "counters", EncodeCounters(counters_));
  return batch_;
}

Result<std::optional<std::string>> Change::Get(Column column, std::string_view key) const {
  const Altered& altered = altered_[static_cast<size_t>(column)];
  if (const auto found = altered.find(key); found != altered.end()) return found->second;
  return database_.Get(column, key);
}

Result<std::optional<PathRecord>> Change::GetPath(const Location& location) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, Get(Column::kPaths, PathKey(location)));
  if (!value) return std::nullopt;
  return DecodePath(location, *value);
}

void Change::PutPath(const PathRecord& path) { Put(Column::kPaths, PathKey(path.location), EncodePath(path)); }

// Whether files may be stored for it. Roots neither come nor go by a change that files are stored with.
Result<bool> Change::HasRoot(RootId root) {
  if (known_roots_.contains(root)) return true;
  ASSIGN_OR_RETURN(const std::optional<std::string> value, Get(Column::kRoots, RootKey(root)));
  if (!value) return false;
  ASSIGN_OR_RETURN(const Root found, DecodeRoot(root, *value));
  if (found.state == RootState::kRemoving) return false;
  known_roots_.insert(root);
  return true;
}

Result<std::optional<PhotoId>> Change::FindContent(const Sha256Digest& content) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value, Get(Column::kContents, ContentKey(content)));
  if (!value) return std::nullopt;
  return DecodePhotoId(*value);
}

Status Change::CheckVector(const IndexedFile& file) const {
  if (!model_) return InvalidArgument("store a vector: BindModel was not called");
  if (static_cast<int64_t>(file.vector.size()) != model_->dim) {
    return InvalidArgument(StrCat("store vector of \"", file.location.path, "\": ", file.vector.size(), " values, expected ", model_->dim));
  }
  const double length = LengthOf(file.vector);
  if (IsUnitLength(length)) return Status::Ok();
  return InvalidArgument(StrCat("store vector of \"", file.location.path, "\": its length is ", length, ", expected 1"));
}

void Change::NoteVectorChange(PhotoId id) {
  ++counters_.vector_epoch;
  PutUnread(Column::kChanges, ChangeKey(counters_.vector_epoch), EncodePhotoId(id));
}

void Change::PutVector(PhotoId id, std::span<const float> vector) {
  PutUnread(Column::kVectors, VectorKey(model_->number, id), EncodeVector(vector));
  given_vectors_.insert(id);
  NoteVectorChange(id);
}

// Adds the vector of a photo that has none for this model yet.
Status Change::CompleteVector(PhotoId id, std::span<const float> vector) {
  if (vector.empty() || given_vectors_.contains(id)) return Status::Ok();
  ASSIGN_OR_RETURN(const std::optional<std::string> there, Get(Column::kVectors, VectorKey(model_->number, id)));
  if (!there) PutVector(id, vector);
  return Status::Ok();
}

// The photo with this content, made if need be; nullopt when the content is unknown and there is no vector either.
Result<std::optional<PhotoId>> Change::PhotoFor(const IndexedFile& file, bool& is_new) {
  ASSIGN_OR_RETURN(const std::optional<PhotoId> known, FindContent(file.photo.content));
  is_new = !known;
  if (known) {
    RETURN_IF_ERROR(CompleteVector(*known, file.vector));
    return known;
  }
  if (file.vector.empty()) return std::nullopt;
  const PhotoId id{counters_.next_photo++};
  ++counters_.photos;
  Put(Column::kContents, ContentKey(file.photo.content), EncodePhotoId(id));
  made_.emplace(id, file.photo);
  PutUnread(Column::kPhotos, PhotoKey(id), EncodePhoto(file.photo));
  if (file.photo.taken_at_ms) PutUnread(Column::kDates, DateKey(*file.photo.taken_at_ms, id), EncodeMark());
  if (!file.thumbnail.empty()) PutUnread(Column::kThumbnails, PhotoKey(id), EncodeBytes(file.thumbnail));
  PutVector(id, file.vector);
  return id;
}

Result<StoredFile> Change::StoreFile(const IndexedFile& file) {
  if (!file.vector.empty()) RETURN_IF_ERROR(CheckVector(file));
  ASSIGN_OR_RETURN(const bool has_root, HasRoot(file.location.root));
  StoredFile stored;
  if (!has_root) return stored;
  ASSIGN_OR_RETURN(const std::optional<PhotoId> id, PhotoFor(file, stored.new_photo));
  if (!id) return StoredFile{};
  stored.photo = *id;
  RETURN_IF_ERROR(ClearPath(file.location, *id, &stored.removed_photo));
  PutPath({file.location, file.stamp, PathState::kIndexed, *id});
  Put(Column::kLocations, LocationKey(*id, file.location), EncodeMark());
  ++root_deltas_[file.location.root];
  return stored;
}

Status Change::StoreFailure(const FailureRecord& failure) {
  ASSIGN_OR_RETURN(const bool has_root, HasRoot(failure.location.root));
  if (!has_root) return NotFound(StrCat("store failure of \"", failure.location.path, "\": no root ", failure.location.root.value));
  FailureRecord kept = failure;
  const std::string key = PathKey(failure.location);
  ASSIGN_OR_RETURN(const std::optional<std::string> before, Get(Column::kFailures, key));
  if (before && kept.tries == 0) {
    ASSIGN_OR_RETURN(const FailureRecord earlier, DecodeFailure(failure.location, *before));
    kept.tries = earlier.tries;
  }
  if (failure.tries == 0) ++kept.tries;
  RETURN_IF_ERROR(ClearPath(failure.location, PhotoId{}, nullptr));
  PutPath({failure.location, failure.stamp, PathState::kFailed, PhotoId{}});
  Put(Column::kFailures, key, EncodeFailure(kept));
  ++counters_.failures;
  return Status::Ok();
}

// Undoes what the catalog holds of this path except the path record itself, which the caller writes or deletes. A photo
// other than `keep` is remembered as possibly orphaned and told in `had`.
Status Change::ClearPath(const Location& location, PhotoId keep, std::optional<PhotoId>* had) {
  ASSIGN_OR_RETURN(const std::optional<PathRecord> before, GetPath(location));
  if (before) ClearKnown(*before, keep, had);
  return Status::Ok();
}

void Change::ClearKnown(const PathRecord& before, PhotoId keep, std::optional<PhotoId>* had) {
  if (before.state == PathState::kFailed) {
    Delete(Column::kFailures, PathKey(before.location));
    --counters_.failures;
    return;
  }
  --root_deltas_[before.location.root];
  Delete(Column::kLocations, LocationKey(before.photo, before.location));
  if (before.photo == keep) return;
  touched_.insert(before.photo);
  if (had != nullptr) *had = before.photo;
}

void Change::RemovePath(const PathRecord& path) {
  ClearKnown(path, PhotoId{}, nullptr);
  Delete(Column::kPaths, PathKey(path.location));
}

Status Change::MovePath(const PathRecord& path, const Location& to) {
  if (path.location == to) return Status::Ok();
  RETURN_IF_ERROR(ClearPath(to, PhotoId{}, nullptr));
  PathRecord moved = path;
  moved.location = to;
  if (path.state == PathState::kFailed) {
    const std::string key = PathKey(path.location);
    ASSIGN_OR_RETURN(const std::optional<std::string> failure, Get(Column::kFailures, key));
    if (!failure) return Corrupt(StrCat("move \"", path.location.path, "\": it failed, but its failure is not stored"));
    Delete(Column::kFailures, key);
    Put(Column::kFailures, PathKey(to), *failure);
  } else {
    Delete(Column::kLocations, LocationKey(path.photo, path.location));
    Put(Column::kLocations, LocationKey(path.photo, to), EncodeMark());
    --root_deltas_[path.location.root];
    ++root_deltas_[to.root];
  }
  Delete(Column::kPaths, PathKey(path.location));
  PutPath(moved);
  return Status::Ok();
}

Result<bool> Change::HasLocation(PhotoId id) {
  const std::string prefix = PhotoKey(id);
  const Altered& altered = altered_[static_cast<size_t>(Column::kLocations)];
  for (auto at = altered.lower_bound(prefix); at != altered.end() && at->first.starts_with(prefix); ++at) {
    if (at->second) return true;
  }
  bool found = false;
  RETURN_IF_ERROR(database_.ForEach(Column::kLocations, prefix, prefix, [&](std::string_view key, std::string_view) -> Result<bool> {
    found = !altered.contains(key);  // what the change has altered there is deleted
    return !found;
  }));
  return found;
}

Result<PhotoRecord> Change::FindPhoto(PhotoId id) const {
  if (const auto made = made_.find(id); made != made_.end()) return made->second;
  ASSIGN_OR_RETURN(const std::optional<std::string> value, database_.Get(Column::kPhotos, PhotoKey(id)));
  if (!value) return Failed(Corrupt(StrCat("remove photo ", id.value, ": its record is missing")));
  return DecodePhoto(id, *value);
}

// Nothing of the photo is looked up behind this: it is part of the last step.
Status Change::DropPhoto(PhotoId id) {
  const std::string key = PhotoKey(id);
  ASSIGN_OR_RETURN(const PhotoRecord photo, FindPhoto(id));
  DeleteUnread(Column::kContents, ContentKey(photo.content));
  if (photo.taken_at_ms) DeleteUnread(Column::kDates, DateKey(*photo.taken_at_ms, id));
  DeleteUnread(Column::kPhotos, key);
  DeleteUnread(Column::kThumbnails, key);
  RETURN_IF_ERROR(database_.ForEach(Column::kTags, key, key, [this](std::string_view tag, std::string_view) -> Result<bool> {
    DeleteUnread(Column::kTags, tag);
    return true;
  }));
  const uint32_t model = model_ ? model_->number : ModelBinding{}.number;
  DeleteUnread(Column::kVectors, VectorKey(model, id));
  for (const uint32_t other : other_models_) DeleteUnread(Column::kVectors, VectorKey(other, id));
  --counters_.photos;
  NoteVectorChange(id);
  return Status::Ok();
}

Result<std::vector<PhotoId>> Change::DropOrphans() {
  std::vector<PhotoId> dropped;
  for (const PhotoId id : touched_) {
    ASSIGN_OR_RETURN(const bool has_location, HasLocation(id));
    if (has_location) continue;
    RETURN_IF_ERROR(DropPhoto(id));
    dropped.push_back(id);
  }
  touched_.clear();
  return dropped;
}

}  // namespace fovea::storage
