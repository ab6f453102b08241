#include "encoder/file_view.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/log.h"

namespace fovea::encoder {

Result<FileView> FileView::Of(int fd, const std::string& path, int64_t offset, int64_t bytes) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return Failed(FromErrno(errno, "look at " + path));
  if (offset < 0 || offset > facts.st_size - bytes) return Failed(Corrupt(path + ": ends before its data"));
  const int64_t skip = offset % sysconf(_SC_PAGESIZE);
  const auto length = static_cast<size_t>(skip + bytes);
  void* const base = mmap(nullptr, length, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, offset - skip);
  if (base == MAP_FAILED) return Failed(FromErrno(errno, "map " + path));
  return FileView(base, length, static_cast<size_t>(skip));
}

FileView::FileView(FileView&& other) noexcept : base_(std::exchange(other.base_, nullptr)), length_(other.length_), skip_(other.skip_) {}

FileView::~FileView() {
  if (base_ != nullptr) munmap(base_, length_);
}

}  // namespace fovea::encoder
