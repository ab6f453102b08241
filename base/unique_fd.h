#pragma once
// UniqueFd owns one file descriptor and closes it; ReadFile reads a regular file whole.
//
// Owns:    the descriptor.
// Threads: a value type; each object belongs to one thread at a time.
// Errors:  kNotFound, kIo, kUnsupported (not a regular file), kInvalidArgument (larger than allowed).
// Units:   sizes in bytes.
#include <cstdint>
#include <string>
#include <utility>

#include "base/status.h"

namespace fovea {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Opens a regular file for reading without following a final symlink when `follow` says so; a FIFO or device is
// kUnsupported and is never waited for.
enum class FollowLinks { kNo, kYes };
Result<UniqueFd> OpenForRead(const std::string& path, FollowLinks follow = FollowLinks::kYes);

// The whole content of the open file, from its beginning; more than `limit_bytes` is kInvalidArgument.
Result<std::string> ReadAll(int fd, int64_t limit_bytes);
Result<std::string> ReadFile(const std::string& path, int64_t limit_bytes);

// After this the names in the folder are on disk.
Status SyncFolder(const std::string& folder);

// Writes `content` beside `path`, syncs, renames over it and syncs the folder: after a crash the old or the new is there.
Status WriteFileAtomically(const std::string& path, std::string_view content);

}  // namespace fovea
