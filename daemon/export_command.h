#pragma once
// `fovea export`: all vectors as one numpy file and what is known of their photos as lines of JSON, in the same order.
//
// Owns:    nothing.
// Threads: the main thread.
// Errors:  in one line; the files appear under their names when both are whole.
// Units:   `vectors.npy` is float32, rows x dim, unit length; line i of `photos.jsonl` tells of row i.
#include "daemon/command_line.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {

Result<ExitCode> RunExport(const CommandLine& line, const LoadedSettings& loaded);

}  // namespace fovea::daemon
