#pragma once
// WaitBeforeRetry waits until a request that found the server busy, or a connection that was cut, may be tried again: as long
// as the server asked for (Retry-After), else a pause that doubles.
//
// Owns:    nothing.
// Threads: any; a requested stop ends the wait at once.
// Errors:  the given fault itself after the last try, or when the server asks for more than kLongestAskedWait; kCancelled.
// Units:   seconds; tries count from 1.
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "daemon/pull/pull_events.h"

namespace fovea::daemon {

constexpr int kMostTries = 4;
constexpr std::chrono::seconds kLongestAskedWait{300};

struct Retry {
  Status fault;
  int tries = 1;  // so far, without a step forward
  std::optional<std::chrono::seconds> asked = {};  // by the server
  std::string detail = {};                         // added to the note, such as " from byte 17"
};
Status WaitBeforeRetry(const Retry& retry, const PullEvents& events, const std::stop_token& stop);

}  // namespace fovea::daemon
