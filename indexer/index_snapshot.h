#pragma once
// WriteSnapshot and OpenSnapshot keep the vectors of an index in one checked file, so that a start need not read the store.
//
// Owns:    nothing; an OpenedSnapshot owns its descriptor.
// Threads: any thread; two writers of one path at once are the caller's mistake. A large body is read by all cores.
// Errors:  kNotFound (no file), kUnsupported (another version), kCorrupt (cut, flipped, or figures that do not fit the
//          file's size: found before anything is allocated), kIo. The message says which.
// Units:   bytes, little-endian; vectors are count x dim floats, row-major. Format: docs/on-disk-format.md, version 2.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/unique_fd.h"
#include "storage/records.h"

namespace fovea::indexer {

inline constexpr uint32_t kSnapshotVersion = 2;

struct SnapshotHeader {
  std::string model_id;  // at most 1024 bytes
  uint32_t dim = 0;
  uint64_t count = 0;
  uint64_t epoch = 0;    // of the catalog, see Catalog::vector_epoch
};

struct OpenedSnapshot {
  UniqueFd fd;
  SnapshotHeader header;
  int64_t body_offset = 0;
};

// The vector of the row's id, dim values; valid until the next call.
using RowSource = std::function<std::span<const float>(size_t row)>;
// Is given the vector of the row's id, by several threads at once.
using RowTarget = std::function<void(size_t row, std::span<const float> vector)>;

// Writes beside `path`, syncs, renames over it, syncs the folder. Requires: ids.size() == header.count.
Status WriteSnapshot(const std::string& path, const SnapshotHeader& header, std::span<const storage::PhotoId> ids,
                     const RowSource& rows);

// Reads and checks the header, and that the file is exactly as long as it says.
Result<OpenedSnapshot> OpenSnapshot(const std::string& path);

Result<std::vector<storage::PhotoId>> ReadSnapshotIds(const OpenedSnapshot& snapshot);
// On failure some rows were handed on that are not what was written.
Status ReadSnapshotRows(const OpenedSnapshot& snapshot, const RowTarget& take);

}  // namespace fovea::indexer
