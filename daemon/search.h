#pragma once
// RunSearch is `fovea search`: it asks the daemon that runs on the data, or else opens the data itself.
//
// Owns:    the store and the model while it runs without a daemon.
// Threads: called by the main thread.
// Errors:  one line: no library there, no daemon at --server, what the daemon answered.
// Units:   scores are cosines.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunSearch(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
