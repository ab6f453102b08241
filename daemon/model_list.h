#pragma once
// RunModelList is `fovea model list`: the models on this machine, what they know, and how to use another.
//
// Owns:    nothing. Reads the models' configuration files only.
// Threads: called by the main thread.
// Errors:  a model that cannot be read is listed with the reason; the command itself succeeds.
// Units:   sizes in MiB, vectors in dimensions, input in pixels.
#include "base/status.h"
#include "daemon/command_line.h"

namespace fovea::daemon {

Result<ExitCode> RunModelList(const CommandLine& line);

}  // namespace fovea::daemon
