#pragma once
// RunStatus is `fovea status`: what the running daemon says of itself, or what lies on the data when none runs.
//
// Owns:    nothing. Opens the store for reading only, so that it never stands in a daemon's way.
// Threads: called by the main thread.
// Errors:  one line: no library there, or no daemon at --server.
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunStatus(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
