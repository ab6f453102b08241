#pragma once
// RunServe is `fovea serve`: it builds every component, answers until it is asked to stop, and stops them in order.
//
// Owns:    everything that runs.
// Threads: called by the main thread; the other threads are listed in docs/threads.md.
// Errors:  a fault at start (port, data folder, roots, model) as one line; nothing is left running.
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunServe(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
