#include "indexer/watch_events.h"

#include "base/log.h"

namespace fovea::indexer {

using storage::Location;

void WatchEvents::Take(const Status& status, storage::RootId root, const char* what) {
  if (status.ok()) return;
  LogError("take in ", what, " that the watcher saw: ", status.ToString(), "; the root will be compared with the disk");
  scans_.EnqueueLater(root);
}

void WatchEvents::OnChanged(const Location& location, const storage::FileStamp& stamp) {
  if (const auto known = catalog_.GetPath(location); known && known->stamp == stamp) return;
  pipeline_.Submit({.location = location}, Pipeline::Urgency::kNow);  // refused only when stopping: the next start finds it
}

void WatchEvents::OnMoved(const Location& from, const Location& to) { Take(pipeline_.MovePath(from, to), from.root, "a rename"); }

void WatchEvents::OnFolderMoved(const Location& from, const Location& to) {
  Take(pipeline_.MoveFolder(from, to), from.root, "a renamed folder");
  if (to.root != from.root) scans_.Enqueue(to.root, ScanQueue::Reason::kBackground);
}

void WatchEvents::OnGone(const Location& location) { Take(pipeline_.RemovePath(location), location.root, "a removal"); }

void WatchEvents::OnFolderGone(const Location& folder) { Take(pipeline_.RemoveFolder(folder), folder.root, "a removed folder"); }

void WatchEvents::OnRescan(storage::RootId root, RescanReason reason) {
  const bool silent = reason == RescanReason::kNotWatched;
  scans_.Enqueue(root, silent ? ScanQueue::Reason::kBackground : ScanQueue::Reason::kAsked);
}

void WatchEvents::OnOffline(storage::RootId root, const std::string& reason) { scans_.SetOffline(root, reason); }

}  // namespace fovea::indexer
