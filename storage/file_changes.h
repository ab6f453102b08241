#pragma once
// What a catalog is told of files, and what it answers.
//
// Owns:    plain values; IndexedFile borrows its vector.
// Threads: values of whoever holds them.   Errors: none.   Units: as storage/records.h.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/records.h"

namespace fovea::storage {

// One file that was read and encoded (or recognised by its content), ready to be stored.
struct IndexedFile {
  Location location;
  FileStamp stamp;
  PhotoRecord photo;               // `id` is ignored: the catalog gives one, or finds the one with the same content
  std::span<const float> vector;   // unit length, dim values; empty only if the content is known already
  std::string thumbnail;           // image/webp; may be empty
};

struct StoredFile {
  PhotoId photo;
  bool new_photo = false;                 // false: the content was known, a path was added
  std::optional<PhotoId> removed_photo;   // the photo this path held before, when it lost its last path
};

// Where an operation on very many paths stands: all of a root, or all below one of its folders, one bounded batch after the other.
struct PathSweep {
  RootId root;
  std::string folder = {};  // no slash at the end; empty: all of the root
  std::string next = {};    // where the next batch begins
  bool done = false;        // nothing is left
};
struct SweptPaths {
  std::vector<PathRecord> paths;  // of this batch, as they were before it
  std::vector<PhotoId> gone;      // photos that lost their last path
};

}  // namespace fovea::storage
