#pragma once
// TakeLock makes processes that work on the same thing wait for each other, by a lock on a file that the system releases
// when its owner ends, however that happens.
//
// Owns:    (the result) the open file; the lock is held as long as it lives. The file itself stays.
// Threads: any.
// Errors:  kIo when the file cannot be made; kCancelled; TryLock: kBusy when another one holds it.
// Units:   none.
#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "base/unique_fd.h"

namespace fovea::daemon {

// Calls `on_wait` once when another one holds the lock, and waits until it is free.
Result<UniqueFd> TakeLock(const std::string& file, const std::function<void()>& on_wait, const std::stop_token& stop);
Result<UniqueFd> TryLock(const std::string& file);

// A folder that is in use is held by any number of processes; who wants to remove it needs it alone (kBusy).
Result<UniqueFd> HoldFolder(const std::string& folder);
Result<UniqueFd> HoldFolderAlone(const std::string& folder);

}  // namespace fovea::daemon
