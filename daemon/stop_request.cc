#include "daemon/stop_request.h"

#include <utility>

namespace fovea::daemon {

void StopRequest::Ask(Status reason) {
  MutexLock lock(mutex_);
  if (!reason_) reason_ = std::move(reason);
  changed_.NotifyAll();
}

bool StopRequest::asked() const {
  MutexLock lock(mutex_);
  return reason_.has_value();
}

std::optional<Status> StopRequest::WaitUntil(std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (!reason_) {
    if (!changed_.WaitUntil(mutex_, deadline)) break;
  }
  return reason_;
}

}  // namespace fovea::daemon
