#pragma once
// PendingPaths holds what has changed until it has been quiet for a while.
//
// Owns:    the paths that wait.
// Threads: one thread.
// Errors:  none.
// Units:   times of the steady clock.
#include <chrono>
#include <map>
#include <optional>
#include <queue>
#include <vector>

#include "storage/records.h"

namespace fovea::indexer {

class PendingPaths {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class What { kFile, kFolder };
  struct Entry {
    What what = What::kFile;
    Time due;
    bool is_open = false;    // written to and not yet closed again
    bool waited = false;     // was given more time because it was empty
  };

  // Waits until `due` from now on, whatever it waited for before.
  void Put(const storage::Location& location, const Entry& entry);
  void Remove(const storage::Location& location) { entries_.erase(location); }
  const Entry* Find(const storage::Location& location) const;
  // What has become due, and is thereby removed.
  std::optional<std::pair<storage::Location, Entry>> TakeDue(Time now);
  // Not later than the next due time; nothing when nothing waits.
  std::optional<Time> NextDue() const;

  // What waits below folder `from` now waits below `to`.
  void MoveFolder(const storage::Location& from, const storage::Location& to);
  void RemoveRoot(storage::RootId root);
  void Clear();

 private:
  struct Timer {
    Time due;
    storage::Location location;
    bool operator>(const Timer& other) const { return due > other.due; }
  };

  std::map<storage::Location, Entry> entries_;
  // A timer may be early (its entry was put off) or idle (its entry is gone); TakeDue sorts that out.
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

}  // namespace fovea::indexer
