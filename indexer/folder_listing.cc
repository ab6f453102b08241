#include "indexer/folder_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/log.h"
#include "base/unique_fd.h"
#include "indexer/path_rules.h"

namespace fovea::indexer {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

Status FolderError(int error_number, const std::string& path) {
  const std::string what = StrCat("list folder \"", path, "\"");
  if (error_number == ENOTDIR || error_number == ELOOP) return NotFound(what + ": no folder is there");
  return FromErrno(error_number, what);
}

enum class EntryKind { kFile, kFolder, kOther };

EntryKind KindOf(int folder_fd, const dirent& entry) {
  unsigned char type = entry.d_type;
  if (type == DT_UNKNOWN) {  // some file systems do not say it here
    struct stat info {};
    if (::fstatat(folder_fd, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::kOther;
    type = IFTODT(info.st_mode);
  }
  if (type == DT_REG) return EntryKind::kFile;
  return type == DT_DIR ? EntryKind::kFolder : EntryKind::kOther;
}

void AddEntry(int folder_fd, const dirent& entry, std::vector<FolderEntry>& entries) {
  const std::string_view name = entry.d_name;
  if (IsPassedOverFolder(name) && !IsPictureName(name)) return;
  switch (KindOf(folder_fd, entry)) {
    case EntryKind::kFile:
      if (IsPictureName(name)) entries.push_back({std::string(name), false});
      return;
    case EntryKind::kFolder:
      if (!IsPassedOverFolder(name)) entries.push_back({std::string(name) + "/", true});
      return;
    case EntryKind::kOther:
      return;
  }
}

}  // namespace

Result<FolderId> FolderIdOf(const std::string& absolute_path) {
  struct stat info {};
  if (::stat(absolute_path.c_str(), &info) != 0) return Failed(FolderError(errno, absolute_path));
  if (!S_ISDIR(info.st_mode)) return Failed(FolderError(ENOTDIR, absolute_path));
  return FolderId{info.st_dev, info.st_ino};
}

std::vector<FolderId> FolderIdsOf(const std::vector<std::string>& absolute_paths) {
  std::vector<FolderId> ids;
  for (const std::string& path : absolute_paths) {
    if (const auto id = FolderIdOf(path)) ids.push_back(*id);
  }
  return ids;
}

Result<FolderListing> ListFolder(const std::string& absolute_path) {
  const int fd = ::open(absolute_path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return Failed(FolderError(errno, absolute_path));
  const std::unique_ptr<DIR, CloseFolder> folder(::fdopendir(fd));
  if (!folder) {
    const int error = errno;
    const UniqueFd close_it(fd);
    return Failed(FolderError(error, absolute_path));
  }
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Failed(FolderError(errno, absolute_path));
  FolderListing listing;
  listing.id = {info.st_dev, info.st_ino};
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    AddEntry(fd, *entry, listing.entries);
    errno = 0;
  }
  if (errno != 0) return Failed(FolderError(errno, absolute_path));
  std::sort(listing.entries.begin(), listing.entries.end(),
            [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
  return listing;
}

storage::FileStamp StampOfFolder(const std::string& absolute_path) {
  struct stat info {};
  if (::stat(absolute_path.c_str(), &info) != 0) return {};
  return {.bytes = 0, .mtime_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec, .inode = info.st_ino};
}

}  // namespace fovea::indexer
