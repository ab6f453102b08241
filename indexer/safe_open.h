#pragma once
// OpenBeneath opens a file of a root such that nothing outside the root is ever opened, whatever changes meanwhile.
//
// Owns:    nothing; the descriptor is the caller's.
// Threads: any thread.
// Errors:  kNotFound when it is not there, kUnsupported for symbolic links (at any step below the root) and for what is no
//          regular file, kInvalidArgument for "..", "." or an empty part, kIo when the system refuses.
// Units:   paths are bytes; `relative` has no slash at either end.
#include <string>

#include "base/status.h"
#include "base/unique_fd.h"

namespace fovea::indexer {

Result<UniqueFd> OpenBeneath(const std::string& root, const std::string& relative);

}  // namespace fovea::indexer
