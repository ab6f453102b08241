#include "base/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"

namespace fovea {

Status WorkSideBySide(const std::string& name, size_t threads, size_t parts, const std::function<Status(const NextPart&)>& work) {
  std::atomic<size_t> next = 0;
  Mutex mutex;
  Status failure;
  const NextPart take = [&]() -> std::optional<size_t> {
    const size_t part = next++;
    return part < parts ? std::optional(part) : std::nullopt;
  };
  const auto run = [&] {
    const Status status = work(take);
    if (status.ok()) return;
    next = parts;
    MutexLock lock(mutex);
    if (failure.ok()) failure = status;
  };
  std::vector<Thread> helpers;
  for (size_t i = 1; i < std::min(threads, parts); ++i) {
    helpers.emplace_back(name + std::to_string(i), [&run](const std::stop_token&) { run(); });
  }
  run();
  for (Thread& helper : helpers) helper.Join();
  MutexLock lock(mutex);
  return failure;
}

}  // namespace fovea
