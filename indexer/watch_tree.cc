#include "indexer/watch_tree.h"

#include <algorithm>

#include "indexer/path_rules.h"

namespace fovea::indexer {

using storage::Location;

WatchTree::Outcome WatchTree::AddTree(const TreeRequest& request, const std::stop_token& stop) {
  std::vector<std::string> folders = {request.folder.path};
  bool first = true;
  while (!folders.empty() && !stop.stop_requested()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    const Entered entered = Enter(request, folder, folders);
    if (entered == Entered::kLimitReached) return Outcome::kLimitReached;
    if (entered == Entered::kNo && first) return Outcome::kNoFolder;
    first = false;
  }
  return Outcome::kAll;
}

WatchTree::Entered WatchTree::Enter(const TreeRequest& request, const std::string& folder, std::vector<std::string>& below) {
  const std::string absolute = request.root_path + "/" + folder;
  const Result<int> watch = queue_.Add(absolute);
  if (!watch) {
    return watch.error().code() == StatusCode::kBusy ? Entered::kLimitReached : Entered::kNo;
  }
  const Result<FolderListing> listing = ListFolder(absolute);
  const bool enter = listing && std::find(passed_over_.begin(), passed_over_.end(), listing->id) == passed_over_.end();
  if (!enter) {
    queue_.Remove(*watch);
    return Entered::kNo;
  }
  Set(*watch, {request.folder.root, folder});
  for (const FolderEntry& entry : listing->entries) {
    if (entry.is_folder) {
      below.push_back(JoinPath(folder, std::string_view(entry.name).substr(0, entry.name.size() - 1)));
    } else if (request.on_picture) {
      request.on_picture({request.folder.root, JoinPath(folder, entry.name)});
    }
  }
  return Entered::kYes;
}

void WatchTree::Set(int watch, const Location& folder) {
  // The folder may have had another watch (it was replaced), the watch another folder (it was moved unseen).
  if (const auto before = watches_.find(folder); before != watches_.end() && before->second != watch) folders_.erase(before->second);
  if (const auto before = folders_.find(watch); before != folders_.end() && before->second != folder) watches_.erase(before->second);
  folders_[watch] = folder;
  watches_[folder] = watch;
}

std::optional<Location> WatchTree::FolderOf(int watch) const {
  const auto found = folders_.find(watch);
  return found == folders_.end() ? std::nullopt : std::optional<Location>(found->second);
}

void WatchTree::Forget(int watch) {
  const auto found = folders_.find(watch);
  if (found == folders_.end()) return;
  if (const auto back = watches_.find(found->second); back != watches_.end() && back->second == watch) watches_.erase(back);
  folders_.erase(found);
}

WatchTree::Subtree WatchTree::Detach(const Location& folder) {
  Subtree subtree;
  const auto take = [&](std::map<Location, int>::iterator at) {
    subtree.watches.emplace_back(at->second, at->first.path.substr(folder.path.size()));
    folders_.erase(at->second);
    return watches_.erase(at);
  };
  if (const auto self = watches_.find(folder); self != watches_.end()) take(self);
  const std::string prefix = folder.path.empty() ? "" : folder.path + "/";
  for (auto at = watches_.lower_bound({folder.root, prefix});
       at != watches_.end() && at->first.root == folder.root && at->first.path.starts_with(prefix);) {
    at = take(at);
  }
  return subtree;
}

void WatchTree::Attach(const Location& folder, const Subtree& subtree) {
  for (const auto& [watch, below] : subtree.watches) Set(watch, {folder.root, folder.path + below});
}

void WatchTree::Drop(const Subtree& subtree) {
  for (const auto& [watch, below] : subtree.watches) queue_.Remove(watch);
}

}  // namespace fovea::indexer
