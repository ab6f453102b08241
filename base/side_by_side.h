#pragma once
// WorkSideBySide shares numbered parts of a piece of work out to the caller's thread and some more, and returns when all have ended.
//
// Owns:    the further threads, for the time of the call.
// Threads: any thread may call.
// Errors:  the first that a thread's work gives; no further part is handed out then.
// Units:   parts 0 to parts - 1, each handed out once.
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/status.h"

namespace fovea {

// The next part; nothing when there is none.
using NextPart = std::function<std::optional<size_t>()>;
// `work` runs once per thread and asks for parts until there are none. Threads are name1, name2, ..; as many as there are parts at most.
Status WorkSideBySide(const std::string& name, size_t threads, size_t parts, const std::function<Status(const NextPart&)>& work);

}  // namespace fovea
