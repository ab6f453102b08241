#include "indexer/folder_walk.h"

#include <algorithm>

#include "indexer/file_stamp.h"
#include "indexer/path_rules.h"

namespace fovea::indexer {

FolderWalk::FolderWalk(std::string root_path, const std::string& folder, std::vector<FolderId> passed_over)
    : root_path_(std::move(root_path)), passed_over_(std::move(passed_over)), start_(folder.empty() ? "" : folder + "/") {}

std::optional<WalkEntry> FolderWalk::Next() {
  if (start_) {
    const std::string folder = *std::exchange(start_, std::nullopt);
    if (auto fault = Enter(folder)) return fault;
  }
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next == level.entries.size()) {
      levels_.pop_back();
      continue;
    }
    const FolderEntry& entry = level.entries[level.next++];
    std::string path = level.folder + entry.name;
    auto found = entry.is_folder ? Enter(path) : LookAt(std::move(path));
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<WalkEntry> FolderWalk::Enter(const std::string& folder) {
  std::string absolute = root_path_ + "/" + folder;
  // Only the root itself may be a symlink: below it a final '/' would follow one.
  if (!folder.empty()) absolute.pop_back();
  Result<FolderListing> listing = ListFolder(absolute);
  if (!listing) {
    if (listing.error().code() == StatusCode::kNotFound) return std::nullopt;
    return WalkEntry{folder, StampOfFolder(absolute), listing.error()};
  }
  if (std::find(passed_over_.begin(), passed_over_.end(), listing->id) != passed_over_.end()) return std::nullopt;
  levels_.push_back({folder, std::move(listing->entries), 0});
  return std::nullopt;
}

std::optional<WalkEntry> FolderWalk::LookAt(std::string path) const {
  const auto stamp = StampOfPath(root_path_ + "/" + path);
  if (stamp) return WalkEntry{std::move(path), *stamp, Status::Ok()};
  const StatusCode code = stamp.error().code();
  if (code == StatusCode::kNotFound || code == StatusCode::kUnsupported) return std::nullopt;
  return WalkEntry{std::move(path), {}, stamp.error()};
}

}  // namespace fovea::indexer
