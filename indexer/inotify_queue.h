#pragma once
// InotifyQueue is the kernel's queue of changes in watched folders.
//
// Owns:    its descriptor and, through it, all watches.
// Threads: one thread; the descriptor may be waited on with epoll.
// Errors:  kBusy when the limit of watches is reached, kNotFound when there is no folder, kIo.
// Units:   a watch is the kernel's number of a folder, never used again within one queue.
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"

namespace fovea::indexer {

struct InotifyEvent {
  enum class Kind {
    kCreated,
    kWritten,
    kClosed,     // after it was open for writing
    kMovedFrom,
    kMovedTo,
    kDeleted,
    kSelfGone,   // the watched folder itself was deleted, moved or unmounted
    kForgotten,  // the watch is no more
    kOverflow,   // events were lost
  };
  Kind kind = Kind::kOverflow;
  int watch = -1;
  bool is_folder = false;
  uint32_t cookie = 0;  // equal in the two events of a move
  std::string name;
};

class InotifyQueue {
 public:
  // At most `max_watches` at a time, or the system's limit.
  static Result<InotifyQueue> Open(size_t max_watches);

  int fd() const { return fd_.get(); }
  // Of a folder; adding the same folder again gives the same number. A final symlink is followed only before a '/'.
  Result<int> Add(const std::string& absolute_path);
  void Remove(int watch);
  // What has happened since the last call, without waiting.
  Result<std::vector<InotifyEvent>> Read();

 private:
  InotifyQueue(UniqueFd fd, size_t max_watches) : fd_(std::move(fd)), max_watches_(max_watches) {}

  UniqueFd fd_;
  size_t max_watches_;
  size_t watches_ = 0;
  int last_watch_ = 0;
};

}  // namespace fovea::indexer
