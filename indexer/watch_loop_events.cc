// WatchLoop: what happens in the watched folders.
#include "base/log.h"
#include "indexer/file_stamp.h"
#include "indexer/path_rules.h"
#include "indexer/watch_loop.h"

namespace fovea::indexer {

using storage::Location;
using Kind = InotifyEvent::Kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

void WatchLoop::ReadEvents() {
  const auto events = queue_->Read();
  if (!events) {
    LogError(events.error().message());
    StartOver();
    return;
  }
  for (const InotifyEvent& event : *events) {
    if (stop_.stop_requested()) return;
    if (event.kind == Kind::kOverflow) {
      StartOver();
      return;
    }
    Take(event);
  }
}

void WatchLoop::Take(const InotifyEvent& event) {
  if (event.kind == Kind::kForgotten) {
    tree_->Forget(event.watch);
    return;
  }
  const std::optional<Location> folder = tree_->FolderOf(event.watch);
  if (!folder) return;  // moved out of the roots, or of a removed root
  if (event.kind == Kind::kSelfGone) {
    // Of other folders the one above tells.
    if (folder->path.empty()) GoOffline(folder->root, StrCat("\"", roots_[folder->root].root.path, "\" was deleted, moved or unmounted"));
    return;
  }
  const Location location{folder->root, JoinPath(folder->path, event.name)};
  if (event.is_folder) {
    TakeFolder(event, location);
  } else {
    TakeFile(event, location);
  }
}

void WatchLoop::Expect(const Location& location, PendingPaths::What what, milliseconds delay, bool is_open) {
  pending_.Put(location, {.what = what, .due = steady_clock::now() + delay, .is_open = is_open});
}

std::optional<WatchLoop::Move> WatchLoop::TakeMove(uint32_t cookie, bool is_folder) {
  const auto found = moves_.find(cookie);
  if (found == moves_.end() || found->second.is_folder != is_folder) return std::nullopt;
  Move move = std::move(found->second);
  moves_.erase(found);
  return move;
}

// Those whose other half lies outside of the roots.
void WatchLoop::EndMoves() {
  for (auto move = moves_.begin(); move != moves_.end();) {
    const bool ended = move->second.ends <= steady_clock::now();
    if (ended) tree_->Drop(move->second.subtree);
    move = ended ? moves_.erase(move) : std::next(move);
  }
}

void WatchLoop::TakeFile(const InotifyEvent& event, const Location& location) {
  if (!IsPictureName(event.name)) return;
  const auto kFile = PendingPaths::What::kFile;
  switch (event.kind) {
    case Kind::kWritten:
      return Expect(location, kFile, milliseconds(options_.open_settle_ms), true);
    case Kind::kMovedFrom:
      moves_[event.cookie] = {.from = location, .is_folder = false, .subtree = {}, .ends = steady_clock::now() + settle_};
      return Expect(location, kFile, gone_settle_, false);
    case Kind::kDeleted:
      return Expect(location, kFile, gone_settle_, false);
    case Kind::kMovedTo:
      if (const auto move = TakeMove(event.cookie, false)) {
        pending_.Remove(move->from);
        sink_.OnMoved(move->from, location);
      }
      return Expect(location, kFile, settle_, false);
    default:
      return Expect(location, kFile, settle_, false);
  }
}

void WatchLoop::TakeFolder(const InotifyEvent& event, const Location& folder) {
  if (IsPassedOverFolder(event.name)) return;
  switch (event.kind) {
    case Kind::kCreated:
      return WatchNewFolder(folder);
    case Kind::kDeleted:
      return Expect(folder, PendingPaths::What::kFolder, gone_settle_, false);
    case Kind::kMovedFrom:
      moves_[event.cookie] = {.from = folder, .is_folder = true, .subtree = tree_->Detach(folder), .ends = steady_clock::now() + settle_};
      return Expect(folder, PendingPaths::What::kFolder, gone_settle_, false);
    case Kind::kMovedTo:
      if (auto move = TakeMove(event.cookie, true)) return TakeMovedFolder(*std::move(move), folder);
      return WatchNewFolder(folder);
    default:
      return;
  }
}

void WatchLoop::TakeMovedFolder(Move move, const Location& to) {
  pending_.Remove(move.from);
  pending_.MoveFolder(move.from, to);
  const bool was_watched = !move.subtree.watches.empty();
  tree_->Drop(tree_->Detach(to));  // an empty folder that the moved one replaced
  tree_->Attach(to, move.subtree);
  sink_.OnFolderMoved(move.from, to);
  if (!was_watched) WatchNewFolder(to);
}

void WatchLoop::WatchNewFolder(const Location& folder) {
  WatchedRoot& root = roots_[folder.root];
  const auto expect = [this](const Location& picture) { Expect(picture, PendingPaths::What::kFile, settle_, false); };
  const auto outcome = tree_->AddTree({.root_path = root.root.path, .folder = folder, .on_picture = expect}, stop_);
  if (outcome != WatchTree::Outcome::kLimitReached) return;
  FallBack(root, outcome);
  Publish(root);
}

void WatchLoop::TellDue() {
  while (!stop_.stop_requested()) {
    const auto due = pending_.TakeDue(steady_clock::now());
    if (!due) return;
    const auto& [location, entry] = *due;
    if (entry.what == PendingPaths::What::kFolder) {
      TellFolder(location);
    } else {
      TellFile(location, entry);
    }
  }
}

void WatchLoop::TellFile(const Location& location, const PendingPaths::Entry& entry) {
  const auto stamp = StampOfPath(Absolute(location));
  if (stamp) {
    if (stamp->bytes == 0 && !entry.is_open && !entry.waited) {  // made, but nothing was written to it yet
      PendingPaths::Entry later = entry;
      later.due = steady_clock::now() + milliseconds(options_.open_settle_ms);
      later.waited = true;
      return pending_.Put(location, later);
    }
    return sink_.OnChanged(location, *stamp);
  }
  const StatusCode code = stamp.error().code();
  const bool is_gone = code == StatusCode::kNotFound || code == StatusCode::kUnsupported;
  if (!is_gone) return LogWarning(stamp.error().message(), "; the next scan tells it");
  if (RootStands(location.root)) sink_.OnGone(location);
}

void WatchLoop::TellFolder(const Location& folder) {
  const bool is_there = FolderIdOf(Absolute(folder)).has_value();
  if (!RootStands(folder.root)) return;
  if (!is_there) return sink_.OnFolderGone(folder);
  // Another one has taken its place meanwhile: only a scan can tell what is left of the old one.
  sink_.OnRescan(folder.root, WatchSink::RescanReason::kOverflow);
}

// False, and the root goes offline, when it is not the folder any more that it was: then nothing in it was deleted.
bool WatchLoop::RootStands(storage::RootId id) {
  const auto root = roots_.find(id);
  if (root == roots_.end() || !root->second.folder) return false;
  const auto folder = FolderIdOf(root->second.root.path);
  if (folder && *folder == *root->second.folder) return true;
  GoOffline(id, folder ? StrCat("another folder stands in the place of \"", root->second.root.path, "\"") : folder.error().message());
  return false;
}

std::string WatchLoop::Absolute(const Location& location) const {
  const auto root = roots_.find(location.root);
  return root == roots_.end() ? location.path : JoinPath(root->second.root.path, location.path);
}

}  // namespace fovea::indexer
