#pragma once
// WriteLists and ReadLists keep the lists of a clustered index in one checked file: their middles, and which photo is in which list.
// A photo's vector never changes for a model, so the file fits any later state: photos that it does not know have no list yet.
//
// Owns:    nothing.
// Threads: any thread; two writers of one path at once are the caller's mistake.
// Errors:  kNotFound (no file), kUnsupported (another version), kCorrupt (cut, flipped, or figures that do not fit the file's
//          size: found before anything is allocated), kIo. The message says which.
// Units:   bytes, little-endian. Format: docs/on-disk-format.md, "index.lists", version 1.
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "indexer/centroids.h"
#include "storage/records.h"

namespace fovea::indexer {

inline constexpr uint32_t kListsVersion = 1;

struct StoredLists {
  std::string model_id;  // at most 1024 bytes
  CentroidNumbers numbers;
  std::vector<storage::PhotoId> ids;
  std::vector<uint32_t> lists;  // of each id, from 0
};

Status WriteLists(const std::string& path, const StoredLists& lists);
Result<StoredLists> ReadLists(const std::string& path);

}  // namespace fovea::indexer
