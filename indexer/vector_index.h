#pragma once
// VectorIndex finds the stored unit vectors with the largest inner product (the cosine) to a query. The seam behind which
// other backends can stand.
//
// Owns:    (an implementation) its copy of the vectors. It is a cache: storage holds the truth.
// Threads: any thread may search; Add and Remove come from one thread at a time and do not stop searches for long.
// Errors:  kInvalidArgument for a wrong dimension, kCorrupt/kIo/kNotFound from Load. Never throws.
// Shapes:  vectors are rows x dim, row-major, unit length; scores are cosines, best first, ties by smaller id.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "indexer/photo_bits.h"
#include "storage/records.h"

namespace fovea::indexer {

struct Neighbour {
  storage::PhotoId id;
  float score = 0;
};

struct IndexQuery {
  std::span<const float> vector;
  size_t k = 0;
  const PhotoBits* among = nullptr;  // none: every photo
  bool exact = false;                // an index that may answer approximately must not
};

struct IndexAnswer {
  std::vector<Neighbour> found;
  bool exact = true;  // these are the k best; otherwise nearly all of them
};

class VectorIndex {
 public:
  virtual ~VectorIndex() = default;
  virtual int64_t dim() const = 0;
  virtual size_t size() const = 0;
  // Adds one vector, or replaces the one with this id.
  virtual Status Add(storage::PhotoId id, std::span<const float> vector) = 0;
  // Removing an unknown id is not an error.
  virtual void Remove(storage::PhotoId id) = 0;
  virtual Result<std::vector<Neighbour>> Search(std::span<const float> query, size_t k) const = 0;
  // Writes a snapshot that stands for `epoch` of the catalog and `model_id`; atomically replaces an older one.
  virtual Status Save(const std::string& path, const std::string& model_id, uint64_t epoch) const = 0;
  // Replaces the content by the snapshot; refuses (and is left empty) one that is damaged, of another version, model,
  // dimension or epoch. The message says which.
  virtual Status Load(const std::string& path, const std::string& model_id, uint64_t epoch) = 0;
};

}  // namespace fovea::indexer
