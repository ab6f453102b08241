#pragma once
// `fovea backup` and `fovea restore`: a library into a folder of backups while it runs or not, and back from there.
//
// Owns:    nothing.
// Threads: the main thread.
// Errors:  in one line, with the folder and the reason; nothing half-made stays behind.
// Units:   none.
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunBackup(const CommandLine& line, const LoadedSettings& loaded);
Result<ExitCode> RunRestore(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
