#pragma once
// PullEvents is what a pull tells while it runs.
//
// Owns:    two functions of its reader.
// Threads: both are called on the thread that pulls.
// Errors:  none.
// Units:   as PullFigures.
#include <functional>
#include <string>

#include "daemon/pull/pull_meter.h"

namespace fovea::daemon {

struct PullEvents {
  std::function<void(const PullFigures&)> progress;
  std::function<void(const std::string&)> note;  // one line for a reader, such as "the connection was cut, trying again"
};

}  // namespace fovea::daemon
