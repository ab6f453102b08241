#pragma once
// FolderTable knows which photo lies under which name in which folder, so that "in this folder" and a file pattern are answered from memory.
//
// Owns:    folders and names: some 100 bytes per path.
// Threads: none of its own; PhotoFacts guards it.
// Errors:  none; what is not known is not there.
// Units:   absolute paths, bytes as the file system has them, no slash at the end of a folder.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "indexer/photo_set.h"

namespace fovea::indexer {

class FolderTable {
 public:
  // Takes the place of what had this path.
  void Add(std::string_view path, uint32_t photo);
  void Remove(std::string_view path);

  std::optional<uint32_t> Find(std::string_view path) const;
  PhotoSet In(std::string_view folder) const;        // the folder and all below it
  PhotoSet Fitting(std::string_view pattern) const;  // as GlobMatches

 private:
  struct Folder {
    void Add(const std::string& name, uint32_t photo);
    void Remove(const std::string& name);
    std::map<std::string, uint32_t> names;
    PhotoSet photos;
    std::unordered_map<uint32_t, uint32_t> repeated;  // photo -> how many more names it has here
  };
  using Folders = std::map<std::string, Folder>;
  // [begin, end) of the folders below `folder`, without itself.
  std::pair<Folders::const_iterator, Folders::const_iterator> Below(std::string_view folder) const;

  Folders folders_;
};

}  // namespace fovea::indexer
