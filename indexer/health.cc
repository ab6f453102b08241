#include "indexer/health.h"

#include "base/log.h"

namespace fovea::indexer {

void Health::Report(const std::string& part, const Status& status) {
  bool news = false;
  {
    MutexLock lock(mutex_);
    if (status.ok()) {
      news = failing_.erase(part) > 0;
    } else {
      Status& last = failing_[part];
      news = last != status;
      last = status;
    }
  }
  if (!news) return;
  if (status.ok()) {
    LogInfo(part, ": works again");
  } else {
    LogError(part, ": ", status.ToString());
  }
}

Status Health::Worst() const {
  MutexLock lock(mutex_);
  if (failing_.empty()) return Status();
  const auto& [part, status] = *failing_.begin();
  return status.WithContext(part);
}

}  // namespace fovea::indexer
