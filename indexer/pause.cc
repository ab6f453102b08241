#include "indexer/pause.h"

#include <algorithm>

#include "base/mutex.h"

namespace fovea::indexer {

std::chrono::milliseconds PauseAfter(int tries, int first_pause_ms) {
  return std::chrono::milliseconds(static_cast<int64_t>(first_pause_ms) << std::clamp(tries, 0, 6));
}

bool PauseUnlessStopped(std::chrono::milliseconds pause, const std::stop_token& stop) {
  Mutex mutex;
  CondVar stopped;
  const std::stop_callback wake(stop, [&] {
    MutexLock lock(mutex);
    stopped.NotifyAll();
  });
  const auto end = std::chrono::steady_clock::now() + pause;
  MutexLock lock(mutex);
  while (!stop.stop_requested()) {
    if (!stopped.WaitUntil(mutex, end)) break;
  }
  return !stop.stop_requested();
}

}  // namespace fovea::indexer
