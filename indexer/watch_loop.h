#pragma once
// WatchLoop is what the thread "watcher" does: it takes inotify's events, waits until paths are quiet, tells the sink, and
// looks after the roots.
//
// Owns:    queue, watch table and waiting paths. Borrows the sink.
// Threads: Run on the thread "watcher"; Post, IsWatching and Wake from any thread.
// Errors:  none leave it: what cannot be watched is rescanned.
// Units:   times of the steady clock.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/unique_fd.h"
#include "indexer/folder_listing.h"
#include "indexer/inotify_queue.h"
#include "indexer/pending_paths.h"
#include "indexer/watch_tree.h"
#include "indexer/watcher.h"

namespace fovea::indexer {

class WatchLoop {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Remove {
    storage::RootId id;
  };
  using Command = std::variant<storage::Root, Remove>;  // a root to add, or one to remove

  WatchLoop(Watcher::Options options, WatchSink& sink, InotifyQueue queue, UniqueFd wake);
  void Run(const std::stop_token& stop);

  void Post(Command command) EXCLUDES(mutex_);
  void Wake();
  bool IsWatching(storage::RootId id) const EXCLUDES(mutex_);

 private:
  struct WatchedRoot {
    storage::Root root;
    std::optional<FolderId> folder;  // what the root is while it is online
    bool is_wholly_watched = false;
    Time next_fallback;
  };
  struct Move {
    storage::Location from;
    bool is_folder = false;
    WatchTree::Subtree subtree;
    Time ends;  // no other half comes after this
  };

  // watch_loop.cc: the loop and the roots
  void WaitForWork();
  int MillisecondsToWork() const;
  void RunCommands();
  void AddRoot(const storage::Root& root);
  void RemoveRoot(storage::RootId id);
  void BeginWatching(WatchedRoot& root, WatchSink::RescanReason reason);
  WatchTree::Outcome WatchTreeOf(const WatchedRoot& root);
  void FallBack(WatchedRoot& root, WatchTree::Outcome outcome);
  void GoOffline(storage::RootId id, const std::string& reason);
  void Forget(storage::RootId id);
  void CheckRoots();
  void RescanUnwatched();
  void StartOver();
  void Publish(const WatchedRoot& root) EXCLUDES(mutex_);

  // watch_loop_events.cc: what happens in the folders
  void ReadEvents();
  void Take(const InotifyEvent& event);
  void TakeFile(const InotifyEvent& event, const storage::Location& location);
  void TakeFolder(const InotifyEvent& event, const storage::Location& folder);
  void TakeMovedFolder(Move move, const storage::Location& to);
  void WatchNewFolder(const storage::Location& folder);
  std::optional<Move> TakeMove(uint32_t cookie, bool is_folder);
  void EndMoves();
  void Expect(const storage::Location& location, PendingPaths::What what, std::chrono::milliseconds delay, bool is_open);
  void TellDue();
  void TellFile(const storage::Location& location, const PendingPaths::Entry& entry);
  void TellFolder(const storage::Location& folder);
  bool RootStands(storage::RootId id);
  std::string Absolute(const storage::Location& location) const;

  const Watcher::Options options_;
  const std::chrono::milliseconds settle_;
  const std::chrono::milliseconds gone_settle_;
  WatchSink& sink_;
  const UniqueFd wake_;
  std::stop_token stop_;
  std::unique_ptr<InotifyQueue> queue_;  // replaced after an overflow, and the tree with it
  std::unique_ptr<WatchTree> tree_;
  PendingPaths pending_;
  std::map<uint32_t, Move> moves_;
  std::map<storage::RootId, WatchedRoot> roots_;
  Time next_check_;

  mutable Mutex mutex_;
  std::vector<Command> commands_ GUARDED_BY(mutex_);
  std::set<storage::RootId> watching_ GUARDED_BY(mutex_);
};

}  // namespace fovea::indexer
