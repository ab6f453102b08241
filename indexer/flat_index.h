#pragma once
// FlatIndex is the exact VectorIndex: ExactScan over fp32 vectors and their byte codes, with fovea's own ids.
//
// Owns:    per vector dim x 4 bytes, dim + 8 bytes of codes, and about 60 bytes of a table id -> row; the threads of its scan.
// Threads: any number search at once; a change waits for the searches in hand and stops new ones for microseconds. Save
//          reads beside searches; changes wait for it. Large searches use all cores; those that arrive meanwhile share the next sweep.
// Errors:  as VectorIndex; a vector that is not of unit length is kInvalidArgument.
// Shapes:  as VectorIndex. Removing moves the last row into the gap, so rows carry no order.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "indexer/photo_bits.h"
#include "indexer/vector_index.h"

namespace fovea::indexer {

struct IndexQuery {
  std::span<const float> vector;
  size_t k = 0;
  const PhotoBits* among = nullptr;  // none: every photo
};

class FlatIndex final : public VectorIndex {
 public:
  // `threads` of a search; 0: every core this process may use.
  explicit FlatIndex(int64_t dim, size_t threads = 0);
  ~FlatIndex() override;
  FlatIndex(const FlatIndex&) = delete;
  FlatIndex& operator=(const FlatIndex&) = delete;

  int64_t dim() const override;
  size_t size() const override;
  Status Add(storage::PhotoId id, std::span<const float> vector) override;
  void Remove(storage::PhotoId id) override;
  Result<std::vector<Neighbour>> Search(std::span<const float> query, size_t k) const override;
  // One list per query; all go through the vectors together, which for sixteen costs little more than for three.
  Result<std::vector<std::vector<Neighbour>>> SearchMany(std::span<const IndexQuery> queries) const;
  Status Save(const std::string& path, const std::string& model_id, uint64_t epoch) const override;
  Status Load(const std::string& path, const std::string& model_id, uint64_t epoch) override;

  // Makes room for this many vectors in all.
  void Reserve(size_t vectors);
  void Clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::indexer
