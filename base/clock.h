#pragma once
// Clock tells the time; SystemClock is the real one, tests bring a ManualClock.
//
// Owns:    nothing.
// Threads: any thread may ask.
// Errors:  none.
// Units:   wall time in UTC milliseconds since 1970; steady time for measuring, never set back.
#include <chrono>
#include <cstdint>
#include <string>

namespace fovea {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t NowUnixMs() const = 0;
  virtual std::chrono::steady_clock::time_point Steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t NowUnixMs() const override;
  std::chrono::steady_clock::time_point Steady() const override;
};

// Milliseconds from `start` to now on the steady clock.
double MillisecondsSince(std::chrono::steady_clock::time_point start);
// RFC 3339 with milliseconds in UTC: "2026-11-21T09:30:00.000Z".
std::string FormatUnixMs(int64_t unix_ms);

}  // namespace fovea
