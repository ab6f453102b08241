#pragma once
// RunIndex is `fovea index`: it brings the store up to date with folders and ends.
//
// Owns:    everything that runs.
// Threads: called by the main thread.
// Errors:  a fault at start as one line; kSomeFilesFailed when files could not be indexed (the first ones are printed).
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunIndex(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
