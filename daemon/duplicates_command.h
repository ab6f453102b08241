#pragma once
// RunDuplicates lists near-duplicates (`fovea duplicates`), and searches for them when asked to, or when nobody has yet.
//
// Owns:    nothing.
// Threads: called once, by main; without a daemon the search has threads of its own.
// Errors:  kNotFound without a library, those of the daemon or of the search.
// Units:   none.
#include "base/status.h"
#include "daemon/command_line.h"
#include "daemon/exit_code.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunDuplicates(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
