#pragma once
// RunModelInspect is `fovea model inspect`: loads a model as the daemon would and prints its facts.
//
// Owns:    the model while it runs.
// Threads: called by the main thread.
// Errors:  one line that names the file and the key or shape that is wrong.
// Units:   as ModelInfo.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunModelInspect(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
