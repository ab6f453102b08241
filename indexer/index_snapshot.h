#pragma once
// WriteSnapshot and OpenSnapshot keep the vectors of an index in one checked file, so that a start need not read the store.
//
// Owns:    nothing; an OpenedSnapshot owns its descriptor.
// Threads: any thread; two writers of one path at once are the caller's mistake. A large body is read by all cores.
// Errors:  kNotFound (no file), kUnsupported (another version), kCorrupt (cut, flipped, or figures that do not fit the
//          file's size: found before anything is allocated), kIo. The message says which.
// Units:   bytes, little-endian; vectors are count x dim floats, row-major. Format: docs/on-disk-format.md, version 1.
#include <cstdint>
#include <span>
#include <string>

#include "base/status.h"
#include "base/unique_fd.h"
#include "storage/records.h"

namespace fovea::indexer {

inline constexpr uint32_t kSnapshotVersion = 1;

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

// Writes beside `path`, syncs, renames over it, syncs the folder. Requires: ids.size() == header.count,
// vectors.size() == header.count * header.dim.
Status WriteSnapshot(const std::string& path, const SnapshotHeader& header, std::span<const storage::PhotoId> ids,
                     std::span<const float> vectors);

// Reads and checks the header, and that the file is exactly as long as it says.
Result<OpenedSnapshot> OpenSnapshot(const std::string& path);

// Reads the body into memory of the right size and checks its checksum. On failure both are filled with rubbish.
Status ReadSnapshotBody(const OpenedSnapshot& snapshot, std::span<storage::PhotoId> ids, std::span<float> vectors);

}  // namespace fovea::indexer
