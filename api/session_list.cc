#include "api/session_list.h"

#include "api/session.h"

namespace fovea::api {

SessionList::SessionList(size_t max_sessions, Metrics& metrics)
    : max_sessions_(max_sessions), open_(metrics.GetGauge("fovea_http_connections", "Open HTTP connections")) {}

bool SessionList::Add(const std::shared_ptr<Session>& session) {
  MutexLock lock(mutex_);
  if (sessions_.size() >= max_sessions_ && !CloseOldestWaitingLocked()) return false;
  sessions_.insert(session);
  open_.Set(static_cast<double>(sessions_.size()));
  return true;
}

void SessionList::Remove(const std::shared_ptr<Session>& session) {
  MutexLock lock(mutex_);
  sessions_.erase(session);
  open_.Set(static_cast<double>(sessions_.size()));
  removed_.NotifyAll();
}

bool SessionList::CloseOldestWaiting() {
  MutexLock lock(mutex_);
  return CloseOldestWaitingLocked();
}

bool SessionList::CloseOldestWaitingLocked() {
  std::shared_ptr<Session> oldest;
  for (const auto& session : sessions_) {
    if (session->is_waiting() && (!oldest || session->waiting_since() < oldest->waiting_since())) oldest = session;
  }
  if (!oldest) return false;
  sessions_.erase(oldest);  // it counts no longer, although it may take a moment to end
  oldest->Close();
  return true;
}

void SessionList::CloseWaiting() {
  MutexLock lock(mutex_);
  for (const auto& session : sessions_) {
    if (session->is_waiting()) session->Close();
  }
}

void SessionList::CloseAll() {
  MutexLock lock(mutex_);
  for (const auto& session : sessions_) session->Close();
}

bool SessionList::WaitUntilEmpty(std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (!sessions_.empty()) {
    if (!removed_.WaitUntil(mutex_, deadline)) return sessions_.empty();
  }
  return true;
}

}  // namespace fovea::api
