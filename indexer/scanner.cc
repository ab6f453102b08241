#include "indexer/scanner.h"

#include <algorithm>

#include "base/log.h"
#include "indexer/file_stamp.h"
#include "indexer/folder_listing.h"
#include "indexer/folder_walk.h"
#include "indexer/path_rules.h"
#include "indexer/rename_matcher.h"

namespace fovea::indexer {
namespace {

using storage::Catalog;
using storage::FileStamp;
using storage::Location;
using storage::PathRecord;
using storage::PathState;
using storage::Root;

constexpr size_t kPathsPerPage = 1000;

// The paths that the catalog knows below a folder, in byte order, page by page, so that no view of it is held open.
class KnownPaths {
 public:
  KnownPaths(const Catalog& catalog, storage::RootId root, const std::string& folder)
      : catalog_(catalog), root_(root), prefix_(folder.empty() ? "" : folder + "/"), after_(prefix_) {}

  // Nullptr at the end; good until Advance.
  Result<const PathRecord*> Peek() {
    if (!started_) RETURN_IF_ERROR(ReadFolderItself());
    if (next_ == page_.size() && !end_) RETURN_IF_ERROR(ReadPage());
    return next_ < page_.size() ? &page_[next_] : nullptr;
  }
  void Advance() { ++next_; }

 private:
  // A folder that could not be listed is known as its own prefix, which ListPaths leaves out.
  Status ReadFolderItself() {
    started_ = true;
    if (prefix_.empty()) return Status::Ok();
    auto folder = catalog_.GetPath({root_, prefix_});
    if (folder) page_.push_back(*std::move(folder));
    const Status status = AsStatus(folder);
    return status.code() == StatusCode::kNotFound ? Status::Ok() : status;
  }
  Status ReadPage() {
    ASSIGN_OR_RETURN(page_, catalog_.ListPaths(root_, after_, kPathsPerPage));
    next_ = 0;
    end_ = page_.size() < kPathsPerPage;
    while (!page_.empty() && !page_.back().location.path.starts_with(prefix_)) {
      page_.pop_back();
      end_ = true;
    }
    if (!page_.empty()) after_ = page_.back().location.path;
    return Status::Ok();
  }

  const Catalog& catalog_;
  const storage::RootId root_;
  const std::string prefix_;
  std::string after_;
  std::vector<PathRecord> page_;
  size_t next_ = 0;
  bool started_ = false;
  bool end_ = false;
};

class Scan {
 public:
  Scan(Catalog& catalog, const Root& root, const ScanOptions& options, ScanSink& sink, const std::stop_token& stop)
      : catalog_(catalog), root_(root), options_(options), sink_(sink), stop_(stop), renames_(catalog, root.id) {}

  Result<ScanSummary> Run() {
    ASSIGN_OR_RETURN(const bool is_there, RootIsThere());
    if (is_there) RETURN_IF_ERROR(Compare());
    if (summary_.end == ScanEnd::kComplete) RETURN_IF_ERROR(Finish());
    sink_.OnProgress(summary_.seen);
    return summary_;
  }

 private:
  bool Offline(std::string reason) {
    summary_.end = ScanEnd::kOffline;
    summary_.offline_reason = std::move(reason);
    return false;
  }

  // Also remembers which folder the root is, to notice when that changes.
  Result<bool> RootIsThere() {
    const auto id = FolderIdOf(root_.path);
    if (!id) return Offline(id.error().message());
    root_folder_ = *id;
    if (const auto listed = ListFolder(root_.path + "/"); !listed) return Offline(listed.error().message());
    if (root_.device == id->device) return true;
    ASSIGN_OR_RETURN(const std::vector<PathRecord> known, catalog_.ListPaths(root_.id, "", kPathsPerPage));
    if (known.empty()) return true;
    for (const PathRecord& path : known) {
      if (StampOfPath(Absolute(path.location.path))) return true;
    }
    return Offline(StrCat("find photos in \"", root_.path, "\": it is on another device than before, and none of the ", known.size(),
                          " photos looked for is there; its file system is probably not mounted"));
  }

  // False (and the scan ends) when the root is no longer the folder that it was at the start.
  bool RootIsStillThere() {
    const auto id = FolderIdOf(root_.path);
    if (id && *id == root_folder_) return true;
    return Offline(StrCat("scan \"", root_.path, "\": it vanished meanwhile"));
  }

  Status Compare() {
    FolderWalk walk(root_.path, options_.folder, PassedOver());
    KnownPaths known(catalog_, root_.id, options_.folder);
    std::optional<WalkEntry> found = walk.Next();
    while (summary_.end == ScanEnd::kComplete) {
      if (stop_.stop_requested()) return Cancelled(StrCat("scan \"", root_.path, "\": stopped"));
      ASSIGN_OR_RETURN(const PathRecord* record, known.Peek());
      if (!found && record == nullptr) break;
      const int order = !found ? 1 : record == nullptr ? -1 : found->path.compare(record->location.path);
      RETURN_IF_ERROR(order > 0 ? CompareMissing(*record) : CompareFound(*found, order == 0 ? record : nullptr));
      if (order >= 0) known.Advance();
      if (order <= 0) found = walk.Next();
    }
    return Status::Ok();
  }

  Status CompareFound(const WalkEntry& found, const PathRecord* known) {
    const Location location{root_.id, found.path};
    if (!found.status.ok()) {
      CompareUnreadable(found, known);
      return Status::Ok();
    }
    if (++summary_.seen % std::max<uint64_t>(options_.progress_every, 1) == 0) sink_.OnProgress(summary_.seen);
    if (known != nullptr && known->stamp == found.stamp) return Status::Ok();
    if (known != nullptr && known->stamp.inode == found.stamp.inode) {
      TellChanged(location, found.stamp);
      return Status::Ok();
    }
    std::string from;
    ASSIGN_OR_RETURN(const RenameMatcher::NewFile kind, renames_.Appeared(found.path, found.stamp, from));
    if (kind == RenameMatcher::NewFile::kIsNew) TellChanged(location, found.stamp);
    if (kind == RenameMatcher::NewFile::kIsMoved) TellMoved(from, found.path);
    return Status::Ok();
  }

  void CompareUnreadable(const WalkEntry& found, const PathRecord* known) {
    if (found.path.empty()) {
      Offline(found.status.message());
      return;
    }
    if (found.path.ends_with('/')) unlisted_ = found.path;
    // Indexed photos stay although their folder may not be entered at the moment.
    const bool keep = known != nullptr && (known->state == PathState::kIndexed || known->stamp == found.stamp);
    if (keep) return;
    ++summary_.unreadable;
    sink_.OnUnreadable({root_.id, found.path}, found.stamp, found.status);
  }

  // A known path that the walk did not come by. It may have come back since, or lie in a folder that cannot be listed.
  Status CompareMissing(const PathRecord& known) {
    const std::string& path = known.location.path;
    if (!unlisted_.empty() && path.starts_with(unlisted_)) return Status::Ok();
    const bool is_folder = path.ends_with('/');  // one that could not be listed, and now can or is gone
    if (!is_folder && IsPicturePath(path) && !IsPassedOver(path)) {
      const auto stamp = StampOfPath(Absolute(path));
      if (stamp) return Status::Ok();
      const StatusCode code = stamp.error().code();
      if (code != StatusCode::kNotFound && code != StatusCode::kUnsupported) return Status::Ok();
    }
    if (!RootIsStillThere()) return Status::Ok();
    if (is_folder) {
      TellGone(path);
    } else if (const auto to = renames_.Vanished(path, known.stamp)) {
      TellMoved(path, *to);
    }
    return Status::Ok();
  }

  Status Finish() {
    for (const auto& file : renames_.TakeGone()) TellGone(file.path);
    for (const auto& file : renames_.TakeNew()) TellChanged({root_.id, file.path}, file.stamp);
    const bool whole_root = options_.folder.empty();
    if (!whole_root || summary_.seen == 0 || root_.device == root_folder_.device) return Status::Ok();
    const Status remembered = catalog_.SetRootDevice(root_.id, root_folder_.device);
    return remembered.code() == StatusCode::kNotFound ? Status::Ok() : remembered;  // the root was removed meanwhile
  }

  std::vector<FolderId> PassedOver() {
    std::vector<std::string> folders = options_.passed_over;
    folders.push_back(catalog_.folder());
    passed_over_ = FolderIdsOf(folders);
    return passed_over_;
  }

  // Whether one of the folders on the way to this path is one that is passed over.
  bool IsPassedOver(const std::string& path) const {
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const auto id = FolderIdOf(Absolute(path.substr(0, slash)));
      if (!id) return false;
      if (std::find(passed_over_.begin(), passed_over_.end(), *id) != passed_over_.end()) return true;
    }
    return false;
  }

  std::string Absolute(const std::string& path) const { return root_.path + "/" + path; }
  void TellChanged(const Location& location, const FileStamp& stamp) {
    ++summary_.changed;
    sink_.OnChanged(location, stamp);
  }
  void TellMoved(const std::string& from, const std::string& to) {
    ++summary_.moved;
    sink_.OnMoved({root_.id, from}, {root_.id, to});
  }
  void TellGone(const std::string& path) {
    ++summary_.gone;
    sink_.OnGone({root_.id, path});
  }

  Catalog& catalog_;
  const Root& root_;
  const ScanOptions& options_;
  ScanSink& sink_;
  const std::stop_token& stop_;
  RenameMatcher renames_;
  FolderId root_folder_;
  std::vector<FolderId> passed_over_;
  std::string unlisted_;  // the last folder that could not be listed; what is known below it comes next in order
  ScanSummary summary_;
};

}  // namespace

Result<ScanSummary> ScanRoot(Catalog& catalog, const Root& root, const ScanOptions& options, ScanSink& sink, const std::stop_token& stop) {
  return Scan(catalog, root, options, sink, stop).Run();
}

}  // namespace fovea::indexer
