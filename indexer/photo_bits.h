#pragma once
// PhotoBits is a set of photos for a search to stay among: one bit per id.
//
// Owns:    nothing; views words that must outlive the search. PhotoWords are such words.
// Threads: any may read.
// Errors:  none. An id beyond the last word is not in the set.
// Units:   id i is bit i % 64 of word i / 64.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "storage/records.h"

namespace fovea::indexer {

using PhotoWords = std::vector<uint64_t>;

inline bool HasBit(std::span<const uint64_t> words, uint64_t id) { return id / 64 < words.size() && (words[id / 64] >> id % 64 & 1) != 0; }
// Beyond the last word nothing is set.
inline void SetBit(std::span<uint64_t> words, uint64_t id) {
  if (id / 64 < words.size()) words[id / 64] |= uint64_t{1} << id % 64;
}

class PhotoBits {
 public:
  explicit PhotoBits(std::span<const uint64_t> words);

  bool Holds(storage::PhotoId id) const { return HasBit(words_, id.value); }
  std::span<const uint64_t> words() const { return words_; }
  size_t count() const { return count_; }
  size_t CountAfter(storage::PhotoId id) const;
  // The first one after `id` when `skip` are passed over.
  std::optional<storage::PhotoId> After(storage::PhotoId id, size_t skip = 0) const;

 private:
  // Those of the word that lie after the id.
  uint64_t WordAfter(size_t word, storage::PhotoId id) const;

  std::span<const uint64_t> words_;
  size_t count_ = 0;
};

// Calls visit(PhotoId) for each.
template <typename Visit>
void ForEachOf(const PhotoBits& photos, const Visit& visit) {
  for (size_t i = 0; i < photos.words().size(); ++i) {
    for (uint64_t word = photos.words()[i]; word != 0; word &= word - 1) visit(storage::PhotoId{i * 64 + static_cast<uint64_t>(__builtin_ctzll(word))});
  }
}

}  // namespace fovea::indexer
