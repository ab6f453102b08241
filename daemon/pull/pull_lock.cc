#include "daemon/pull/pull_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>

#include "base/log.h"
#include "indexer/pause.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{200};

Result<UniqueFd> Lock(const std::string& path, int flags, int kind) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!fd.valid()) return Failed(FromErrno(errno, StrCat("open \"", path, "\"")));
  while (::flock(fd.get(), kind | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Failed(Busy(StrCat("\"", path, "\" is in use by another process")));
    if (errno != EINTR) return Failed(FromErrno(errno, StrCat("lock \"", path, "\"")));
  }
  return fd;
}

}  // namespace

Result<UniqueFd> TryLock(const std::string& file) { return Lock(file, O_RDWR | O_CREAT, LOCK_EX); }

Result<UniqueFd> TakeLock(const std::string& file, const std::function<void()>& on_wait, const std::stop_token& stop) {
  for (bool told = false;; told = true) {
    auto lock = TryLock(file);
    if (lock || lock.error().code() != StatusCode::kBusy) return lock;
    if (!told) on_wait();
    if (!indexer::PauseUnlessStopped(kBetweenTries, stop)) return Failed(Cancelled("stopped"));
  }
}

Result<UniqueFd> HoldFolder(const std::string& folder) { return Lock(folder, O_RDONLY | O_DIRECTORY, LOCK_SH); }
Result<UniqueFd> HoldFolderAlone(const std::string& folder) { return Lock(folder, O_RDONLY | O_DIRECTORY, LOCK_EX); }

}  // namespace fovea::daemon
