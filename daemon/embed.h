#pragma once
// RunEmbed is `fovea embed`: texts and pictures in, features as JSON out. It needs no store and no daemon.
//
// Owns:    the model while it runs.
// Threads: called by the main thread.
// Errors:  the first input that cannot be read or encoded ends it, named in one line.
// Shapes:  {"features": rows x dim, "model": name, "dim": dim}, one row per input in the order given.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunEmbed(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
