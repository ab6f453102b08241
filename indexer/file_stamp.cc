#include "indexer/file_stamp.h"

#include <sys/stat.h>

#include <cerrno>

#include "base/log.h"

namespace fovea::indexer {
namespace {

Result<storage::FileStamp> StampOf(const struct stat& info, std::string_view what) {
  if (!S_ISREG(info.st_mode)) return Failed(Unsupported(StrCat("look at ", what, ": not a regular file")));
  return storage::FileStamp{.bytes = info.st_size,
                            .mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
                            .inode = info.st_ino};
}

}  // namespace

Result<storage::FileStamp> StampOfPath(const std::string& absolute_path) {
  const std::string what = StrCat("\"", absolute_path, "\"");
  struct stat info {};
  if (::lstat(absolute_path.c_str(), &info) == 0) return StampOf(info, what);
  if (errno == ENOTDIR) return Failed(NotFound(StrCat("look at ", what, ": a part of the path is no folder")));
  return Failed(FromErrno(errno, StrCat("look at ", what)));
}

Result<storage::FileStamp> StampOfFile(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Failed(FromErrno(errno, "look at an open file"));
  return StampOf(info, "an open file");
}

}  // namespace fovea::indexer
