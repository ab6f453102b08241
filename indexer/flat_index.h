#pragma once
// FlatIndex is the exact VectorIndex: FAISS's flat inner product over one copy of the vectors, with fovea's own ids.
//
// Owns:    the vectors (dim x 4 bytes each) and a table id -> row (about 60 bytes each).
// Threads: any number search at once; a change waits for the searches in hand and stops new ones for microseconds. Save
//          reads beside searches; changes wait for it. Runs on the caller's thread alone (FAISS splits only many queries).
// Errors:  as VectorIndex; a vector that is not of unit length is kInvalidArgument.
// Shapes:  as VectorIndex. Removing moves the last row into the gap, so rows carry no order.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "indexer/vector_index.h"

namespace fovea::indexer {

class FlatIndex final : public VectorIndex {
 public:
  explicit FlatIndex(int64_t dim);
  ~FlatIndex() override;
  FlatIndex(const FlatIndex&) = delete;
  FlatIndex& operator=(const FlatIndex&) = delete;

  int64_t dim() const override;
  size_t size() const override;
  Status Add(storage::PhotoId id, std::span<const float> vector) override;
  void Remove(storage::PhotoId id) override;
  Result<std::vector<Neighbour>> Search(std::span<const float> query, size_t k) const override;
  Status Save(const std::string& path, const std::string& model_id, uint64_t epoch) const override;
  Status Load(const std::string& path, const std::string& model_id, uint64_t epoch) override;

  // Makes room for this many vectors in all, so that filling it needs no second copy.
  void Reserve(size_t vectors);
  void Clear();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::indexer
