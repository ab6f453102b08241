#pragma once
// Watcher tells a WatchSink what changes below the roots while it changes, through one inotify watch per folder.
//
// Owns:    its inotify queue, its watches and the thread "watcher". Borrows the sink, which must outlive it.
// Threads: any thread may call any method. The sink is called on the thread "watcher" only, without locks; it may block
//          (meanwhile events queue up in the kernel; if that queue overflows every root is rescanned), but must come back
//          soon once Stop was called.
// Errors:  kIo from Start when inotify is not to be had. Later faults never end it: a watch limit or a lost event leads to
//          OnRescan, a lost root to OnOffline. Never throws.
// Units:   paths are bytes relative to their root; milliseconds and seconds as the names say.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "storage/records.h"

namespace fovea::indexer {

// Hears what changed. Events of one path come in the order in which they happened.
class WatchSink {
 public:
  virtual ~WatchSink() = default;
  // A picture that is new or was written to, and has been quiet for settle_ms. Its stamp may be the one the catalog has
  // (after a move, or a write of the same bytes): compare before any work.
  virtual void OnChanged(const storage::Location& location, const storage::FileStamp& stamp) = 0;
  // A picture was renamed: Catalog::MovePath. The catalog may not know `from` (kNotFound): then there is nothing to do,
  // because an OnChanged(to) follows every move by itself once the file is quiet.
  virtual void OnMoved(const storage::Location& from, const storage::Location& to) = 0;
  // A folder was renamed with all below it: Catalog::MovePaths. Roots may differ.
  virtual void OnFolderMoved(const storage::Location& from, const storage::Location& to) = 0;
  // A picture is no longer there (and its root still is). The catalog may not know it. Told after gone_settle_ms, so
  // that a file whose new place was not watched yet is told there first, while its content is still known.
  virtual void OnGone(const storage::Location& location) = 0;
  // A folder is no longer there, nor is what was below it: Catalog::RemovePaths.
  virtual void OnFolderGone(const storage::Location& folder) = 0;
  enum class RescanReason {
    kWatching,    // AddRoot: all watches stand; the root's first scan
    kOverflow,    // events were lost, or came too close upon each other to tell what they did
    kCameBack,    // the root was offline, or another folder stands in its place
    kNotWatched,  // watch limit reached, or a network file system: comes every fallback_rescan_s
  };
  // Scan the root (on another thread). The scan's outcome decides whether it is online.
  virtual void OnRescan(storage::RootId root, RescanReason reason) = 0;
  // The root's folder is gone or unmounted: nothing is to be deleted. Looked for every root_check_ms; OnRescan(kCameBack)
  // follows when a folder is there again.
  virtual void OnOffline(storage::RootId root, const std::string& reason) = 0;
};

class Watcher {
 public:
  struct Options {
    int settle_ms = 500;          // a path is told when nothing happened to it for this long
    int gone_settle_ms = 2'000;   // the same for what is no longer there; at least settle_ms
    int open_settle_ms = 5'000;   // the same for a file that is still open for writing, or still empty
    int root_check_ms = 2'000;    // how often each root's folder is looked at (one stat)
    int fallback_rescan_s = 60;   // OnRescan(kNotWatched) of roots that cannot be watched wholly
    size_t max_watches = SIZE_MAX;  // leaves the rest of the system's limit to other programs
    // Absolute folders that are passed over with all below them, such as the catalog's own.
    std::vector<std::string> passed_over;
  };
  static Result<std::unique_ptr<Watcher>> Start(Options options, WatchSink& sink);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Returns at once. Exactly one of OnRescan(kWatching) and OnOffline follows. A root that is watched already is left alone.
  void AddRoot(const storage::Root& root);
  // Returns at once; events of this root may still come until the thread has seen it. An unknown root is no error.
  void RemoveRoot(storage::RootId id);
  // Whether the root is there and every folder of it has its watch.
  bool IsWatching(storage::RootId id) const;
  // No event follows once it has returned. May be called twice, not from the sink.
  void Stop();

 private:
  struct Impl;
  explicit Watcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::indexer
