#pragma once
// ThrowingClock is the time until a test has it throw in one stage of the pipeline, told by the name of the asking thread.
//
// Owns:    nothing but its orders.
// Threads: any thread may ask; the test gives orders at any time.
// Errors:  throws what ThrowIn says, which no real clock does.
// Units:   as Clock.
#include <pthread.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"

namespace fovea::test {

class ThrowingClock final : public Clock {
 public:
  // The next `times` questions of threads whose name begins so end in `thrower`.
  void ThrowIn(std::string thread, int times, std::function<void()> thrower) {
    MutexLock lock(mutex_);
    thread_ = std::move(thread);
    times_ = times;
    thrower_ = std::move(thrower);
  }
  int64_t NowUnixMs() const override {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    std::function<void()> thrower;
    {
      MutexLock lock(mutex_);
      if (times_ > 0 && std::string(name.data()).starts_with(thread_)) {
        --times_;
        thrower = thrower_;
      }
    }
    if (thrower) thrower();
    return clock_.NowUnixMs();
  }
  std::chrono::steady_clock::time_point Steady() const override { return clock_.Steady(); }

 private:
  const SystemClock clock_;
  mutable Mutex mutex_;
  std::string thread_ GUARDED_BY(mutex_);
  mutable int times_ GUARDED_BY(mutex_) = 0;
  std::function<void()> thrower_ GUARDED_BY(mutex_);
};

}  // namespace fovea::test
