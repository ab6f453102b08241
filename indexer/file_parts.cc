#include "indexer/file_parts.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/log.h"
#include "base/unique_fd.h"

namespace fovea::indexer {
namespace {

constexpr size_t kChunk = size_t{4} << 20;

Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace

uint32_t Checksum(uint32_t so_far, const char* bytes, size_t size) {
  return static_cast<uint32_t>(::crc32_z(so_far, reinterpret_cast<const Bytef*>(bytes), size));
}

Status WriteAll(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t put = ::write(fd, bytes, std::min(size, kChunk));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FromErrno(errno, "write");
    bytes += put;
    size -= static_cast<size_t>(put);
  }
  return Status();
}

Status ReadExactly(int fd, int64_t offset, char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, bytes, std::min(size, kChunk), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "read");
    if (got == 0) return Corrupt("the file ends too early");
    bytes += got;
    offset += got;
    size -= static_cast<size_t>(got);
  }
  return Status();
}

Status ReplaceFile(const std::string& path, const std::function<Status(int)>& write) {
  const std::string beside = path + ".tmp";
  {
    const UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd.valid()) return FromErrno(errno, StrCat("create \"", beside, "\""));
    Status status = write(fd.get());
    if (status.ok() && ::fsync(fd.get()) != 0) status = FromErrno(errno, "fsync");
    if (!status.ok()) {
      ::unlink(beside.c_str());
      return status;
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return FromErrno(errno, StrCat("rename to \"", path, "\""));
  return SyncFolderOf(path);
}

}  // namespace fovea::indexer
