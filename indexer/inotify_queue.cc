#include "indexer/inotify_queue.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace fovea::indexer {
namespace {

constexpr uint32_t kMask = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF |
                           IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

InotifyEvent::Kind KindOf(uint32_t mask) {
  using enum InotifyEvent::Kind;
  if (mask & IN_Q_OVERFLOW) return kOverflow;
  if (mask & IN_IGNORED) return kForgotten;
  if (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) return kSelfGone;
  if (mask & IN_MOVED_FROM) return kMovedFrom;
  if (mask & IN_MOVED_TO) return kMovedTo;
  if (mask & IN_DELETE) return kDeleted;
  if (mask & IN_CREATE) return kCreated;
  return mask & IN_CLOSE_WRITE ? kClosed : kWritten;
}

void ParseEvents(const char* at, size_t size, std::vector<InotifyEvent>& events) {
  while (size >= sizeof(inotify_event)) {
    inotify_event raw;
    std::memcpy(&raw, at, sizeof raw);
    InotifyEvent& event = events.emplace_back();
    event.kind = KindOf(raw.mask);
    event.watch = raw.wd;
    event.is_folder = (raw.mask & IN_ISDIR) != 0;
    event.cookie = raw.cookie;
    const char* name = at + sizeof raw;
    event.name.assign(name, ::strnlen(name, raw.len));
    at += sizeof raw + raw.len;
    size -= sizeof raw + raw.len;
  }
}

}  // namespace

Result<InotifyQueue> InotifyQueue::Open(size_t max_watches) {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (fd.valid()) return InotifyQueue(std::move(fd), max_watches);
  const int error = errno;
  Status status = FromErrno(error, "watch folders");
  if (error != EMFILE) return Failed(status);
  return Failed(IoError(status.message() + "; raise fs.inotify.max_user_instances or the limit of open files"));
}

Result<int> InotifyQueue::Add(const std::string& absolute_path) {
  const std::string what = StrCat("watch folder \"", absolute_path, "\"");
  if (watches_ >= max_watches_) return Failed(Busy(StrCat(what, ": the limit of ", max_watches_, " watches is reached")));
  const int watch = ::inotify_add_watch(fd_.get(), absolute_path.c_str(), kMask);
  if (watch < 0 && errno == ENOSPC) return Failed(Busy(what + ": the system's limit is reached; raise fs.inotify.max_user_watches"));
  if (watch < 0 && (errno == ENOTDIR || errno == ELOOP)) return Failed(NotFound(what + ": no folder is there"));
  if (watch < 0) return Failed(FromErrno(errno, what));
  if (watch > last_watch_) {  // numbers only rise: a smaller one was there before
    last_watch_ = watch;
    ++watches_;
  }
  return watch;
}

void InotifyQueue::Remove(int watch) {
  // Fails only when the kernel has dropped the watch already, which it says by kForgotten just as for this removal.
  if (::inotify_rm_watch(fd_.get(), watch) != 0) LogDebug("watch ", watch, " is gone already");
}

Result<std::vector<InotifyEvent>> InotifyQueue::Read() {
  std::vector<InotifyEvent> events;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  const ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
  if (size < 0 && errno != EAGAIN && errno != EINTR) return Failed(FromErrno(errno, "read what changed in watched folders"));
  if (size > 0) ParseEvents(buffer.data(), static_cast<size_t>(size), events);
  for (const InotifyEvent& event : events) {
    if (event.kind == InotifyEvent::Kind::kForgotten && watches_ > 0) --watches_;
  }
  return events;
}

}  // namespace fovea::indexer
