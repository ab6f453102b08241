// Catalog: files, that is paths and what they lead to.
#include <utility>

#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/codec.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

constexpr size_t kMaxPathBytes = 32 * 1024;

// One orphan at most can come of a change to one path.
std::optional<PhotoId> FirstOf(const std::vector<PhotoId>& dropped) {
  return dropped.empty() ? std::nullopt : std::optional<PhotoId>(dropped.front());
}

Status CheckLocation(const Location& location) {
  if (!location.path.empty() && location.path.front() != '/' && location.path.size() <= kMaxPathBytes) return Status::Ok();
  return InvalidArgument(StrCat("the path \"", location.path.substr(0, 200), "\" is not relative to a root"));
}

Status CheckFolders(const Location& from, const Location& to) {
  RETURN_IF_ERROR(CheckLocation(from));
  RETURN_IF_ERROR(CheckLocation(to));
  if (from.root != to.root || !(to.path + "/").starts_with(from.path + "/")) return Status::Ok();
  return InvalidArgument(StrCat("move folder \"", from.path, "\" to \"", to.path, "\": it cannot lie in itself"));
}

}  // namespace

Result<std::vector<PathRecord>> Catalog::Impl::ReadPaths(RootId root, std::string_view prefix, std::string_view begin, size_t limit) const {
  std::vector<PathRecord> paths;
  if (limit == 0) return paths;
  const std::string first = PathKey({root, std::string(begin)});
  RETURN_IF_ERROR(database->ForEach(Column::kPaths, PathKey({root, std::string(prefix)}), first,
                                    [&](std::string_view key, std::string_view value) -> Result<bool> {
                                      ASSIGN_OR_RETURN(Location location, ParsePathKey(key));
                                      ASSIGN_OR_RETURN(PathRecord path, DecodePath(std::move(location), value));
                                      paths.push_back(std::move(path));
                                      return paths.size() < limit;
                                    }));
  return paths;
}

Result<std::vector<PathRecord>> Catalog::Impl::NextPaths(PathCursor& cursor) const {
  ASSIGN_OR_RETURN(std::vector<PathRecord> paths, ReadPaths(cursor.root, cursor.prefix, cursor.begin, kPathsPerBatch));
  if (paths.empty() && cursor.begin != cursor.prefix) {  // what was added behind it meanwhile
    ASSIGN_OR_RETURN(paths, ReadPaths(cursor.root, cursor.prefix, cursor.prefix, kPathsPerBatch));
  }
  if (!paths.empty()) cursor.begin = paths.back().location.path + '\0';
  return paths;
}

Status PathCursor::Report(const Catalog::BatchDone& batch_done) {
  const auto news = std::span(gone).subspan(std::exchange(gone_told, gone.size()));
  if (!batch_done || batch_done(paths, news)) return Status::Ok();
  return Cancelled(StrCat("ended early, after ", paths, " paths"));
}

Status Catalog::Impl::CommitBatch(Change& change, size_t paths, PathCursor& cursor) {
  ASSIGN_OR_RETURN(const std::vector<PhotoId> dropped, change.DropOrphans());
  RETURN_IF_ERROR(Commit(change, Database::Durability::kSynced));
  cursor.paths += paths;
  cursor.gone.insert(cursor.gone.end(), dropped.begin(), dropped.end());
  return Status::Ok();
}

Result<bool> Catalog::Impl::RemovePaths(PathCursor& cursor) {
  ASSIGN_OR_RETURN(const std::vector<PathRecord> paths, NextPaths(cursor));
  if (paths.empty()) return false;
  Change change = Begin();
  for (const PathRecord& path : paths) change.RemovePath(path);
  RETURN_IF_ERROR(CommitBatch(change, paths.size(), cursor));
  return true;
}

Result<std::vector<StoredFile>> Catalog::StoreFiles(std::span<const IndexedFile> files) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  std::vector<StoredFile> stored;
  for (const IndexedFile& file : files) {
    RETURN_IF_ERROR(CheckLocation(file.location));
    ASSIGN_OR_RETURN(stored.emplace_back(), change.StoreFile(file));
  }
  ASSIGN_OR_RETURN(const std::vector<PhotoId> dropped, change.DropOrphans());
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  const std::set<PhotoId> gone(dropped.begin(), dropped.end());
  for (StoredFile& file : stored) {
    if (file.removed_photo && !gone.contains(*file.removed_photo)) file.removed_photo.reset();
  }
  return stored;
}

Result<std::optional<PhotoId>> Catalog::StoreFailure(const FailureRecord& failure) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckLocation(failure.location));
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  RETURN_IF_ERROR(change.StoreFailure(failure));
  ASSIGN_OR_RETURN(const std::vector<PhotoId> dropped, change.DropOrphans());
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  return FirstOf(dropped);
}

Result<std::optional<PhotoId>> Catalog::RemovePath(const Location& location) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  ASSIGN_OR_RETURN(const std::optional<PathRecord> path, change.GetPath(location));
  if (!path) return Failed(NotFound(StrCat("no path \"", location.path, "\" in root ", location.root.value)));
  change.RemovePath(*path);
  ASSIGN_OR_RETURN(const std::vector<PhotoId> dropped, change.DropOrphans());
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  return FirstOf(dropped);
}

Result<std::optional<PhotoId>> Catalog::MovePath(const Location& from, const Location& to) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckLocation(to));
  MutexLock lock(impl_->write_mutex);
  RETURN_IF_ERROR(impl_->FindRoot(to.root));
  Change change = impl_->Begin();
  ASSIGN_OR_RETURN(const std::optional<PathRecord> path, change.GetPath(from));
  if (!path) return Failed(NotFound(StrCat("no path \"", from.path, "\" in root ", from.root.value)));
  RETURN_IF_ERROR(change.MovePath(*path, to));
  ASSIGN_OR_RETURN(const std::vector<PhotoId> dropped, change.DropOrphans());
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
  return FirstOf(dropped);
}

Result<bool> Catalog::Impl::MovePaths(PathCursor& cursor, const Location& from, const Location& to) {
  RETURN_IF_ERROR(FindRoot(to.root));
  ASSIGN_OR_RETURN(const std::vector<PathRecord> paths, NextPaths(cursor));
  if (paths.empty()) return false;
  Change change = Begin();
  for (const PathRecord& path : paths) {
    RETURN_IF_ERROR(change.MovePath(path, {to.root, to.path + path.location.path.substr(from.path.size())}));
  }
  RETURN_IF_ERROR(CommitBatch(change, paths.size(), cursor));
  return true;
}

Result<std::vector<PhotoId>> Catalog::MoveFolder(const Location& from, const Location& to, const BatchDone& batch_done) {
  ENTER_OR_RETURN(*impl_);
  if (from == to) return std::vector<PhotoId>();
  RETURN_IF_ERROR(CheckFolders(from, to));
  PathCursor cursor{.root = from.root, .prefix = from.path + "/"};
  while (true) {
    {
      MutexLock lock(impl_->write_mutex);
      ASSIGN_OR_RETURN(const bool moved, impl_->MovePaths(cursor, from, to));
      if (!moved) return std::move(cursor.gone);
    }
    RETURN_IF_ERROR(cursor.Report(batch_done));
  }
}

Result<std::vector<PhotoId>> Catalog::RemoveFolder(const Location& folder, const BatchDone& batch_done) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckLocation(folder));
  PathCursor cursor{.root = folder.root, .prefix = folder.path + "/"};
  while (true) {
    {
      MutexLock lock(impl_->write_mutex);
      ASSIGN_OR_RETURN(const bool removed, impl_->RemovePaths(cursor));
      if (!removed) return std::move(cursor.gone);
    }
    RETURN_IF_ERROR(cursor.Report(batch_done));
  }
}

Status Catalog::TouchPath(const Location& location, const FileStamp& stamp) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  ASSIGN_OR_RETURN(std::optional<PathRecord> path, change.GetPath(location));
  if (!path) return NotFound(StrCat("no path \"", location.path, "\" in root ", location.root.value));
  path->stamp = stamp;
  change.PutPath(*path);
  return impl_->Commit(change, Database::Durability::kBuffered);
}

Result<PathRecord> Catalog::GetPath(const Location& location) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kPaths, PathKey(location)));
  if (!value) return Failed(NotFound(StrCat("no path \"", location.path, "\" in root ", location.root.value)));
  return DecodePath(location, *value);
}

Status Catalog::ForEachPath(RootId root, std::string_view prefix, const std::function<bool(const PathRecord&)>& visit) const {
  ENTER_OR_RETURN(*impl_);
  const std::string first = PathKey({root, std::string(prefix)});
  return impl_->database->ForEach(Column::kPaths, first, first, [&visit](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(Location location, ParsePathKey(key));
    ASSIGN_OR_RETURN(const PathRecord path, DecodePath(std::move(location), value));
    return visit(path);
  });
}

Result<std::vector<PathRecord>> Catalog::ListPaths(RootId root, std::string_view after, size_t limit) const {
  ENTER_OR_RETURN(*impl_);
  std::string begin(after);
  if (!begin.empty()) begin.push_back('\0');
  return impl_->ReadPaths(root, "", begin, limit);
}

}  // namespace fovea::storage
