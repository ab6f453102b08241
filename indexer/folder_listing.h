#pragma once
// ListFolder reads the names in one folder that fovea cares about: pictures by name, and folders it enters.
//
// Owns:    plain values and functions.
// Threads: any thread may call.
// Errors:  kNotFound when there is no folder at the path (a symlink to one does not count), kIo when it cannot be listed.
// Units:   names are bytes; FolderId is what stat calls st_dev and st_ino.
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "storage/records.h"

namespace fovea::indexer {

// Tells one folder from another, whatever its path is at the moment.
struct FolderId {
  uint64_t device = 0;
  uint64_t inode = 0;
  auto operator<=>(const FolderId&) const = default;
};

// Of the folder at this path; symlinks are followed.
Result<FolderId> FolderIdOf(const std::string& absolute_path);
// Of those that are there.
std::vector<FolderId> FolderIdsOf(const std::vector<std::string>& absolute_paths);

struct FolderEntry {
  std::string name;  // of a folder: with a '/' at its end, so that entries sort as the paths below them do
  bool is_folder = false;
};

struct FolderListing {
  FolderId id;
  std::vector<FolderEntry> entries;  // in byte order, those that the rules pass over left out
};

// A final symlink is followed only when the path ends in '/'.
Result<FolderListing> ListFolder(const std::string& absolute_path);
// What tells whether a folder that could not be listed has changed; zeros when even that is not to be had.
storage::FileStamp StampOfFolder(const std::string& absolute_path);

}  // namespace fovea::indexer
