#pragma once
// SessionList holds the open connections, bounds their number and ends them.
//
// Owns:    a share of each Session, until it is removed.
// Threads: any thread may call any method.
// Errors:  none.
// Units:   counts.
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>

#include "base/metrics.h"
#include "base/mutex.h"

namespace fovea::api {

class Session;

class SessionList {
 public:
  SessionList(size_t max_sessions, Metrics& metrics);

  // Takes the session in. When the list is full, the one that has waited longest for a whole request is closed in favour
  // of this one; false when every session is being answered.
  bool Add(const std::shared_ptr<Session>& session) EXCLUDES(mutex_);
  void Remove(const std::shared_ptr<Session>& session) EXCLUDES(mutex_);
  // Closes the one that has waited longest for a request; false if none waits.
  bool CloseOldestWaiting() EXCLUDES(mutex_);
  // Closes those that are not being answered.
  void CloseWaiting() EXCLUDES(mutex_);
  void CloseAll() EXCLUDES(mutex_);
  // False when some are left at `deadline`.
  bool WaitUntilEmpty(std::chrono::steady_clock::time_point deadline) EXCLUDES(mutex_);

 private:
  bool CloseOldestWaitingLocked() REQUIRES(mutex_);

  const size_t max_sessions_;
  Gauge& open_;
  Mutex mutex_;
  CondVar removed_;
  std::set<std::shared_ptr<Session>> sessions_ GUARDED_BY(mutex_);
};

}  // namespace fovea::api
