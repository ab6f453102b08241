#pragma once
// RunModelSwitch asks the running daemon to switch its library to another model, and tells how far it is when it is to wait.
//
// Owns:    nothing.
// Threads: called once by the main thread.
// Errors:  kNotFound when no daemon runs; what the daemon answered; a switch that was given up ends with kFailed.
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunModelSwitch(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
