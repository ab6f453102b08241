#pragma once
// `fovea import`: photos of the library's roots with vectors that were made elsewhere, by `fovea export` or clip-retrieval.
//
// Owns:    nothing.
// Threads: the main thread; holds the store, so no daemon may run on it.
// Errors:  in one line, before anything is stored: another model or dimension, files that lie about their size, rows and records that do
//          not match in number. Rows that do not fit are counted, and the first few named: exit code 3.
// Units:   rows; a photo with several paths counts once for each.
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunImport(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
