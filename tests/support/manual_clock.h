#pragma once
// ManualClock stands still until a test moves it.
//
// Owns:    its time.
// Threads: any thread may read and move it.
// Errors:  none.
// Units:   as Clock.
#include <atomic>

#include "base/clock.h"

namespace fovea::test {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t unix_ms = 1'600'000'000'000) : unix_ms_(unix_ms) {}
  int64_t NowUnixMs() const override { return unix_ms_; }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(unix_ms_));
  }
  void Advance(std::chrono::milliseconds by) { unix_ms_ += by.count(); }

 private:
  std::atomic<int64_t> unix_ms_;
};

}  // namespace fovea::test
