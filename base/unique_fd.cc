#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/log.h"

namespace fovea {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

Result<UniqueFd> OpenForRead(const std::string& path, FollowLinks follow) {
  const int links = follow == FollowLinks::kNo ? O_NOFOLLOW : 0;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | links));
  if (!fd.valid()) return Failed(FromErrno(errno, StrCat("open \"", path, "\"")));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return Failed(FromErrno(errno, StrCat("stat \"", path, "\"")));
  if (!S_ISREG(info.st_mode)) return Failed(Unsupported(StrCat("open \"", path, "\": not a regular file")));
  return fd;
}

Result<std::string> ReadAll(int fd, int64_t limit_bytes) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Failed(FromErrno(errno, "stat"));
  if (info.st_size > limit_bytes) {
    return Failed(InvalidArgument(StrCat("file has ", info.st_size, " bytes, the limit is ", limit_bytes)));
  }
  std::string content(static_cast<size_t>(info.st_size), '\0');
  size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::pread(fd, content.data() + filled, content.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(FromErrno(errno, "read"));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  content.resize(filled);
  return content;
}

Result<std::string> ReadFile(const std::string& path, int64_t limit_bytes) {
  ASSIGN_OR_RETURN(UniqueFd fd, OpenForRead(path));
  auto content = ReadAll(fd.get(), limit_bytes);
  if (!content) return Failed(content.error().WithContext(StrCat("read \"", path, "\"")));
  return content;
}

namespace {

Status WriteAndSync(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FromErrno(errno, "write");
    content.remove_prefix(static_cast<size_t>(put));
  }
  return ::fsync(fd) == 0 ? Status() : FromErrno(errno, "fsync");
}

}  // namespace

Status SyncFolder(const std::string& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return FromErrno(errno, StrCat("sync \"", folder, "\""));
  return Status();
}

Status WriteFileAtomically(const std::string& path, std::string_view content) {
  const std::string beside = path + ".tmp";
  {
    UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd.valid()) return FromErrno(errno, StrCat("create \"", beside, "\""));
    if (Status status = WriteAndSync(fd.get(), content); !status.ok()) {
      ::unlink(beside.c_str());
      return status.WithContext(StrCat("write \"", beside, "\""));
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return FromErrno(errno, StrCat("rename to \"", path, "\""));
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace fovea
