#pragma once
// `fovea verify`: every checksum, and whether all that belongs together is there.
//
// Owns:    nothing.
// Threads: the main thread.
// Errors:  a library that cannot be opened; what is wrong with one that can is printed and ends with exit code 1.
// Units:   none.
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunVerify(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
