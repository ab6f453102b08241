#include "indexer/watch_events.h"

#include "base/log.h"

namespace fovea::indexer {

using storage::Location;

void WatchEvents::Take(const Status& status, storage::RootId root, const char* what) {
  if (status.ok()) return;
  LogError("take in ", what, " that the watcher saw: ", status.ToString(), "; the root will be compared with the disk");
  parts_.scans.EnqueueLater(root);
}

void WatchEvents::OnChanged(const Location& location, const storage::FileStamp& stamp) {
  if (const auto known = parts_.catalog.GetPath(location); known && known->stamp == stamp) return;
  parts_.pipeline.Submit({.location = location}, Pipeline::Urgency::kNow);  // refused only when stopping: the next start finds it
}

void WatchEvents::OnMoved(const Location& from, const Location& to) { Take(parts_.pipeline.MovePath(from, to), from.root, "a rename"); }

void WatchEvents::OnFolderMoved(const Location& from, const Location& to) {
  const auto sweep = parts_.pipeline.MoveFolder(from, to);
  Take(AsStatus(sweep), from.root, "a renamed folder");
  if (sweep && !sweep->done) parts_.folders.Move(*sweep, to);
  if (to.root != from.root) parts_.scans.Enqueue(to.root, ScanQueue::Reason::kBackground);
}

void WatchEvents::OnGone(const Location& location) { Take(parts_.pipeline.RemovePath(location), location.root, "a removal"); }

void WatchEvents::OnFolderGone(const Location& folder) {
  const auto sweep = parts_.pipeline.RemoveFolder(folder);
  Take(AsStatus(sweep), folder.root, "a removed folder");
  if (sweep && !sweep->done) parts_.folders.Remove(*sweep);
}

void WatchEvents::OnRescan(storage::RootId root, RescanReason reason) {
  const bool silent = reason == RescanReason::kNotWatched;
  parts_.scans.Enqueue(root, silent ? ScanQueue::Reason::kBackground : ScanQueue::Reason::kAsked);
}

void WatchEvents::OnOffline(storage::RootId root, const std::string& reason) { parts_.scans.SetOffline(root, reason); }

}  // namespace fovea::indexer
