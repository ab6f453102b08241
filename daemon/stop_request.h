#pragma once
// StopRequest is how the program is asked to end: by a signal, or by a part that cannot go on.
//
// Owns:    the reason.
// Threads: any thread may ask; the main thread waits.
// Errors:  carries the Status of the part that failed; ok when a user asked. The first request wins.
// Units:   deadlines on the steady clock.
#include <chrono>
#include <optional>

#include "base/mutex.h"
#include "base/status.h"

namespace fovea::daemon {

class StopRequest {
 public:
  void Ask(Status reason) EXCLUDES(mutex_);
  bool asked() const EXCLUDES(mutex_);
  // The reason as soon as there is one; nothing when `deadline` passes first.
  std::optional<Status> WaitUntil(std::chrono::steady_clock::time_point deadline) EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::optional<Status> reason_ GUARDED_BY(mutex_);
};

}  // namespace fovea::daemon
