#pragma once
// FolderTable knows which photo lies under which name in which folder, so that "in this folder" and a file pattern are answered from memory.
//
// Owns:    folders and names: some 100 bytes per path, and a set of photos for each folder, of all that lies below it.
// Threads: none of its own; PhotoFacts guards it.
// Errors:  none; what is not known is not there.
// Units:   absolute paths, bytes as the file system has them, no slash at the end of a folder.
#include <map>
#include <optional>
#include <span>
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
  // Set the bits (photo_bits.h) of photos in the folder and all below it, and of those whose path fits, as GlobMatches.
  void AddIn(std::string_view folder, std::span<uint64_t> bits) const;
  void AddFitting(std::string_view pattern, std::span<uint64_t> bits) const;

 private:
  struct Folder {
    void CountIn(uint32_t photo);
    void CountOut(uint32_t photo);
    Folder* parent = nullptr;
    std::map<std::string, uint32_t> names;
    PhotoSet below;                                   // here and in all folders below
    std::unordered_map<uint32_t, uint32_t> repeated;  // photo -> how many more paths it has below
  };
  using Folders = std::map<std::string, Folder>;
  // With all folders above it.
  Folder& Make(std::string_view folder);
  void EraseEmpty(std::string_view folder);
  // [begin, end) of the folders below `folder`, without itself.
  std::pair<Folders::const_iterator, Folders::const_iterator> Below(std::string_view folder) const;

  Folders folders_;  // each with a photo below
};

}  // namespace fovea::indexer
