#pragma once
// FileStamp of a file on disk: what the scanner compares, the watcher reports and the pipeline stores.
//
// Owns:    nothing; plain functions.
// Threads: any thread may call.
// Errors:  kNotFound when nothing is there, kUnsupported for what is no regular file (a symlink is not followed), kIo.
// Units:   bytes; mtime in nanoseconds since 1970.
#include <string>

#include "base/status.h"
#include "storage/records.h"

namespace fovea::indexer {

Result<storage::FileStamp> StampOfPath(const std::string& absolute_path);
// Of the open file. Taken before and after reading it shows whether the file changed meanwhile.
Result<storage::FileStamp> StampOfFile(int fd);

}  // namespace fovea::indexer
