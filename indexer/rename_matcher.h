#pragma once
// RenameMatcher finds the pairs of a vanished path and a new one that are the same file: same inode, size and mtime.
//
// Owns:    what has no partner yet, and the inodes that the catalog knows (loaded when the first new file comes), so that
//          a file whose inode nobody knew goes on at once and a first scan holds nothing back.
// Threads: a value of one thread.
// Errors:  from reading the catalog.
// Units:   8 bytes per known path, and a path and stamp per file without a partner.
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/catalog.h"

namespace fovea::indexer {

class RenameMatcher {
 public:
  RenameMatcher(const storage::Catalog& catalog, storage::RootId root) : catalog_(catalog), root_(root) {}

  enum class NewFile { kIsNew, kIsMoved, kWaits };
  // A new path, or a known one with another inode. kIsMoved: `from` says from where. kWaits: Finish tells what became of it.
  Result<NewFile> Appeared(const std::string& path, const storage::FileStamp& stamp, std::string& from);
  // A path that is gone. The new path if that is known already; else it waits for one.
  std::optional<std::string> Vanished(const std::string& path, const storage::FileStamp& stamp);

  struct Unmatched {
    std::string path;
    storage::FileStamp stamp;
  };
  std::vector<Unmatched> TakeNew() { return Take(new_); }
  std::vector<Unmatched> TakeGone() { return Take(gone_); }

 private:
  struct StampHash {
    size_t operator()(const storage::FileStamp& stamp) const;
  };
  using Waiting = std::unordered_multimap<storage::FileStamp, std::string, StampHash>;
  static std::optional<std::string> TakePartner(Waiting& waiting, const storage::FileStamp& stamp);
  static std::vector<Unmatched> Take(Waiting& waiting);  // in order of paths
  Status LoadInodes();

  const storage::Catalog& catalog_;
  const storage::RootId root_;
  std::optional<std::vector<uint64_t>> inodes_;  // sorted
  Waiting new_;
  Waiting gone_;
};

}  // namespace fovea::indexer
