#pragma once
// FolderWalk gives the pictures below a folder one by one, in byte order of their paths: the order of Catalog::ListPaths.
//
// Owns:    the names of one folder per level of depth. Reads no file, only looks at it.
// Threads: a value of one thread.
// Errors:  a folder that cannot be listed, or a file that cannot be looked at, is given as an entry with its Status. What
//          vanishes meanwhile is passed over.
// Units:   paths relative to the root, as bytes.
#include <optional>
#include <string>
#include <vector>

#include "indexer/folder_listing.h"
#include "storage/records.h"

namespace fovea::indexer {

struct WalkEntry {
  std::string path;            // of a folder that cannot be listed: with a '/' at its end
  storage::FileStamp stamp;
  Status status;               // why it cannot be read; ok for a picture
};

class FolderWalk {
 public:
  // Walks `folder` (relative, empty: all) of the root; folders with one of these ids are not entered.
  FolderWalk(std::string root_path, const std::string& folder, std::vector<FolderId> passed_over);
  // Nullopt at the end.
  std::optional<WalkEntry> Next();

 private:
  struct Level {
    std::string folder;  // relative; "" or ends in '/'
    std::vector<FolderEntry> entries;
    size_t next = 0;
  };
  // Nothing when the folder was entered, or is not there, or is passed over.
  std::optional<WalkEntry> Enter(const std::string& folder);
  std::optional<WalkEntry> LookAt(std::string path) const;

  const std::string root_path_;
  const std::vector<FolderId> passed_over_;
  std::optional<std::string> start_;
  std::vector<Level> levels_;
};

}  // namespace fovea::indexer
