#include "daemon/shutdown.h"

#include <cstdlib>
#include <functional>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"

namespace fovea::daemon {
namespace {

// Ends the process when the stop takes longer than its limit.
class StopWatch {
 public:
  StopWatch() : end_(std::chrono::steady_clock::now() + kStopLimit), thread_("stop-watch", [this](const std::stop_token&) { Watch(); }) {}
  ~StopWatch() {
    {
      MutexLock lock(mutex_);
      done_ = true;
      changed_.NotifyAll();
    }
    thread_.Join();
  }

  void Step(const char* name, const std::function<void()>& step) EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      name_ = name;
    }
    LogInfo("stop: ", name);
    step();
  }

 private:
  void Watch() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (!done_) {
      if (changed_.WaitUntil(mutex_, end_)) continue;
      LogError("stop: \"", name_, "\" took too long, ending without it");
      std::_Exit(1);
    }
  }

  const std::chrono::steady_clock::time_point end_;
  Mutex mutex_;
  CondVar changed_;
  const char* name_ GUARDED_BY(mutex_) = "begin";
  bool done_ GUARDED_BY(mutex_) = false;
  Thread thread_;  // last: it uses what stands above
};

}  // namespace

void StopInOrder(const RunningParts& parts) {
  const auto start = std::chrono::steady_clock::now();
  StopWatch watch;
  if (parts.server != nullptr) watch.Step("refuse connections", [&] { parts.server->RefuseConnections(); });
  watch.Step("end the loading of the model", [&] {
    parts.loader.RequestStop();
    parts.loader.Join();
  });
  watch.Step("watchers, queue, batch in hand, index snapshot", [&] { parts.library.Stop(); });
  watch.Step("close storage", [&] { parts.catalog.Close(); });
  if (parts.server != nullptr) watch.Step("join I/O", [&] { parts.server->Stop(); });
  LogInfo("stopped in ", MillisecondsSince(start), " ms");
}

}  // namespace fovea::daemon
