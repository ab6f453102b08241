#pragma once
// RunModelList is `fovea model list`: the models on this machine, and those that `fovea model pull` can get.
//
// Owns:    nothing. Reads the models' configuration files only, and asks nothing of the net.
// Threads: called by the main thread.
// Errors:  a model that cannot be read is listed with the reason; the command itself succeeds.
// Units:   sizes in MiB, vectors in dimensions, input in pixels.
#include "base/status.h"
#include "daemon/command_line.h"

namespace fovea::daemon {

Result<ExitCode> RunModelList(const CommandLine& line);

}  // namespace fovea::daemon
