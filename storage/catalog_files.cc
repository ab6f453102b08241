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

Result<std::vector<PathRecord>> Catalog::Impl::NextPaths(PathSweep& sweep) const {
  const std::string prefix = sweep.folder.empty() ? "" : sweep.folder + "/";
  const bool from_start = sweep.next.empty();
  ASSIGN_OR_RETURN(std::vector<PathRecord> paths, ReadPaths(sweep.root, prefix, from_start ? prefix : sweep.next, kPathsPerBatch));
  const bool at_end = paths.size() < kPathsPerBatch;
  sweep.done = at_end && from_start;
  sweep.next = at_end ? "" : paths.back().location.path + '\0';
  return paths;
}

Result<SweptPaths> Catalog::Impl::Sweep(PathSweep& sweep, const std::function<Status(Change&, const PathRecord&)>& alter) {
  SweptPaths swept;
  PathSweep after = sweep;
  ASSIGN_OR_RETURN(swept.paths, NextPaths(after));
  if (!swept.paths.empty()) {
    Change change = Begin();
    for (const PathRecord& path : swept.paths) RETURN_IF_ERROR(alter(change, path));
    ASSIGN_OR_RETURN(swept.gone, change.DropOrphans());
    RETURN_IF_ERROR(Commit(change, Database::Durability::kSynced));
  }
  sweep = std::move(after);
  return swept;
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

Result<SweptPaths> Catalog::MovePaths(PathSweep& sweep, const Location& to) {
  ENTER_OR_RETURN(*impl_);
  RETURN_IF_ERROR(CheckFolders({sweep.root, sweep.folder}, to));
  MutexLock lock(impl_->write_mutex);
  RETURN_IF_ERROR(impl_->FindRoot(to.root));
  return impl_->Sweep(sweep, [&](Change& change, const PathRecord& path) {
    return change.MovePath(path, {to.root, to.path + path.location.path.substr(sweep.folder.size())});
  });
}

Result<SweptPaths> Catalog::RemovePaths(PathSweep& sweep) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  ASSIGN_OR_RETURN(const Root root, impl_->FindRoot(sweep.root));
  if (sweep.folder.empty() && root.state != RootState::kRemoving) {
    return Failed(Cancelled(StrCat("remove root \"", root.path, "\": it is to stay")));
  }
  return impl_->Sweep(sweep, [](Change& change, const PathRecord& path) {
    change.RemovePath(path);
    return Status::Ok();
  });
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

Result<PathRecord> CatalogView::GetPath(const Location& location) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kPaths, PathKey(location)));
  if (!value) return Failed(NotFound(StrCat("no path \"", location.path, "\" in root ", location.root.value)));
  return DecodePath(location, *value);
}

Status CatalogView::ForEachPath(RootId root, std::string_view prefix, const std::function<bool(const PathRecord&)>& visit) const {
  ENTER_OR_RETURN(*impl_);
  const std::string first = PathKey({root, std::string(prefix)});
  return impl_->database->ForEach(Column::kPaths, first, first, [&visit](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(Location location, ParsePathKey(key));
    ASSIGN_OR_RETURN(const PathRecord path, DecodePath(std::move(location), value));
    return visit(path);
  });
}

Result<std::vector<PathRecord>> CatalogView::ListPaths(RootId root, std::string_view after, size_t limit) const {
  ENTER_OR_RETURN(*impl_);
  std::string begin(after);
  if (!begin.empty()) begin.push_back('\0');
  return impl_->ReadPaths(root, "", begin, limit);
}

}  // namespace fovea::storage
