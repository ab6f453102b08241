#pragma once
// WatchTree knows which watch stands for which folder of which root, also while folders are moved.
//
// Owns:    its tables. Borrows the queue, which must outlive it.
// Threads: one thread.
// Errors:  a folder that is gone, or may not be read, is passed over (the scan tells it); a reached limit is an outcome.
// Units:   folders are locations without a slash at the end; the root itself has the path "".
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "indexer/folder_listing.h"
#include "indexer/inotify_queue.h"
#include "storage/records.h"

namespace fovea::indexer {

class WatchTree {
 public:
  // Folders with one of these ids are not watched.
  WatchTree(InotifyQueue& queue, std::vector<FolderId> passed_over) : queue_(queue), passed_over_(std::move(passed_over)) {}

  enum class Outcome { kAll, kLimitReached, kNoFolder };
  struct TreeRequest {
    std::string root_path;
    storage::Location folder;
    std::function<void(const storage::Location&)> on_picture;  // may be empty; each picture that lies in the tree
  };
  // Watches a folder and all below it. Each is watched before it is listed, so that nothing new in it is missed.
  Outcome AddTree(const TreeRequest& request, const std::stop_token& stop);

  std::optional<storage::Location> FolderOf(int watch) const;
  // The watch is no more.
  void Forget(int watch);

  // A folder that was moved away, with the watches in it.
  struct Subtree {
    std::vector<std::pair<int, std::string>> watches;  // with the path below the folder: "" or "/…"
  };
  Subtree Detach(const storage::Location& folder);
  void Attach(const storage::Location& folder, const Subtree& subtree);
  void Drop(const Subtree& subtree);
  void DropRoot(storage::RootId root) { Drop(Detach({root, ""})); }
  size_t size() const { return folders_.size(); }

 private:
  enum class Entered { kYes, kNo, kLimitReached };
  Entered Enter(const TreeRequest& request, const std::string& folder, std::vector<std::string>& below);
  void Set(int watch, const storage::Location& folder);

  InotifyQueue& queue_;
  const std::vector<FolderId> passed_over_;
  std::unordered_map<int, storage::Location> folders_;
  std::map<storage::Location, int> watches_;
};

}  // namespace fovea::indexer
