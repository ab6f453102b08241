#pragma once
// IntakeQueue holds the files that wait to be read or are on their way, each path once, so that the last event wins.
//
// Owns:    the candidates in it. A path is waiting (to be popped, at once or later), in hand (popped, not finished), or
//          parked (its content is being indexed by another path that is in hand).
// Threads: any thread may call any method; Push waits for room, Pop for something to do.
// Errors:  none; after Close Push refuses and Pop gives nothing.
// Units:   capacity in paths of every state, about 300 bytes each; delays in steady time.
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/sha256.h"
#include "indexer/pipeline_item.h"
#include "storage/records.h"

namespace fovea::indexer {

class IntakeQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Urgency { kNow, kBulk };  // what the watcher sees goes before what scans find

  explicit IntakeQueue(size_t capacity) : capacity_(capacity) {}

  struct Pushed {
    bool taken = false;                  // false: closed
    std::optional<Candidate> displaced;  // an older candidate of this path that had not been popped: it has ended
  };
  // Waits for room. A path that is in hand is taken up again after Finish.
  Pushed Push(Candidate candidate, Urgency urgency) EXCLUDES(mutex_);
  // Waits; the candidate is then in hand until Finish, PutBack or Park. nullopt once closed, whatever waits.
  std::optional<Candidate> Pop() EXCLUDES(mutex_);

  // The rest is for the holder of a path in hand.
  // False once the path was dropped: nothing may be stored for it any more.
  bool Wanted(const storage::Location& location) const EXCLUDES(mutex_);
  void Finish(const storage::Location& location) EXCLUDES(mutex_);
  // Pops it again at `due`. False when the path was dropped or pushed anew meanwhile: then this candidate has ended.
  bool PutBack(Candidate candidate, TimePoint due) EXCLUDES(mutex_);
  // True: this path is the one that indexes `content` until it is finished. False: another one is; this one is parked and
  // popped again when the other has finished.
  bool ClaimContent(const Candidate& candidate, const Sha256Digest& content) EXCLUDES(mutex_);

  struct Dropped {
    std::vector<Candidate> ended;            // were waiting: they have ended
    std::vector<storage::Location> in_hand;  // are no longer wanted; their holders find out
  };
  Dropped Drop(const storage::Location& location) EXCLUDES(mutex_);
  // All paths of the root that begin with `prefix` ("" = all).
  Dropped DropAll(storage::RootId root, std::string_view prefix) EXCLUDES(mutex_);

  size_t size() const EXCLUDES(mutex_);
  // False when `deadline` passes first.
  bool WaitUntilEmpty(TimePoint deadline) const EXCLUDES(mutex_);
  void Close() EXCLUDES(mutex_);

 private:
  enum class State { kWaiting, kDelayed, kInHand, kParked };
  struct Entry {
    State state = State::kWaiting;
    Urgency urgency = Urgency::kBulk;
    bool wanted = true;                 // of the candidate in hand, or of the one that waits
    Candidate candidate;                // while it is not in hand
    std::optional<Candidate> again;     // pushed while in hand
    std::optional<Sha256Digest> claim;  // while in hand
  };
  using Entries = std::map<storage::Location, Entry>;
  struct Claim {
    std::vector<storage::Location> parked;
  };

  void Enqueue(Entries::iterator place) REQUIRES(mutex_);
  std::optional<Candidate> TakeReady() REQUIRES(mutex_);
  void WakeDelayed(TimePoint now) REQUIRES(mutex_);
  void ReleaseClaim(Entry& entry) REQUIRES(mutex_);
  void DropEntry(Entries::iterator place, Dropped& dropped) REQUIRES(mutex_);
  void Erase(Entries::iterator place) REQUIRES(mutex_);

  const size_t capacity_;
  mutable Mutex mutex_;
  CondVar room_;
  CondVar ready_changed_;
  mutable CondVar emptied_;
  Entries entries_ GUARDED_BY(mutex_);
  std::deque<Entries::iterator> now_ GUARDED_BY(mutex_);   // each waiting entry is in exactly one of these two
  std::deque<Entries::iterator> bulk_ GUARDED_BY(mutex_);
  std::multimap<TimePoint, storage::Location> delayed_ GUARDED_BY(mutex_);  // may name paths that no longer are
  std::map<Sha256Digest, Claim> claims_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace fovea::indexer
