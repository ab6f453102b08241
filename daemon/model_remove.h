#pragma once
// RunModelRemove is `fovea model remove`: it deletes what `fovea model pull` has fetched, and nothing else.
//
// Owns:    nothing.
// Threads: called by the main thread.
// Errors:  kBusy while a daemon, or any other command, runs the model; kUnsupported for a model that fovea did not fetch (the
//          line says where it lies); kNotFound.
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"

namespace fovea::daemon {

Result<ExitCode> RunModelRemove(const CommandLine& line);

}  // namespace fovea::daemon
