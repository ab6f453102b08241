#pragma once
// PhotoBits is a set of photos for a search to stay among: one bit per id.
//
// Owns:    nothing; views words that must outlive the search.
// Threads: any may read.
// Errors:  none. An id beyond the last word is not in the set.
// Units:   id i is bit i % 64 of word i / 64.
#include <cstddef>
#include <cstdint>
#include <span>

#include "storage/records.h"

namespace fovea::indexer {

class PhotoBits {
 public:
  explicit PhotoBits(std::span<const uint64_t> words) : words_(words) {}

  bool Holds(storage::PhotoId id) const { return id.value / 64 < words_.size() && (words_[id.value / 64] >> id.value % 64 & 1) != 0; }
  std::span<const uint64_t> words() const { return words_; }

 private:
  std::span<const uint64_t> words_;
};

}  // namespace fovea::indexer
