#include "indexer/photo_bits.h"

#include <bit>

namespace fovea::indexer {
namespace {

// At most 16 words, several at once: every search with a filter waits for it.
uint64_t CountOnes(std::span<const uint64_t> words) {
  constexpr uint64_t kOnes = 0x5555555555555555, kTwos = 0x3333333333333333, kFours = 0x0f0f0f0f0f0f0f0f;
  uint64_t bytes = 0;  // eight sums
  for (uint64_t word : words) {
    word -= word >> 1 & kOnes;
    word = (word & kTwos) + (word >> 2 & kTwos);
    bytes += (word + (word >> 4)) & kFours;
  }
  constexpr uint64_t kEven = 0x00ff00ff00ff00ff, kTogether = 0x0001000100010001;
  return ((bytes & kEven) + (bytes >> 8 & kEven)) * kTogether >> 48;
}

size_t CountAll(std::span<const uint64_t> words) {
  constexpr size_t kAtOnce = 16;
  size_t count = 0;
  for (; words.size() >= kAtOnce; words = words.subspan(kAtOnce)) count += CountOnes(words.first<kAtOnce>());
  return count + CountOnes(words);
}

}  // namespace

PhotoBits::PhotoBits(std::span<const uint64_t> words) : words_(words), count_(CountAll(words)) {}

uint64_t PhotoBits::WordAfter(size_t word, storage::PhotoId id) const {
  return word == id.value / 64 ? words_[word] & ~uint64_t{1} << id.value % 64 : words_[word];
}

size_t PhotoBits::CountAfter(storage::PhotoId id) const {
  const size_t first = id.value / 64;
  if (first >= words_.size()) return 0;
  return CountAll(words_.subspan(first + 1)) + static_cast<size_t>(std::popcount(WordAfter(first, id)));
}

std::optional<storage::PhotoId> PhotoBits::After(storage::PhotoId id, size_t skip) const {
  for (size_t i = id.value / 64; i < words_.size(); ++i) {
    uint64_t word = WordAfter(i, id);
    const auto here = static_cast<size_t>(std::popcount(word));
    if (skip >= here) {
      skip -= here;
      continue;
    }
    for (; skip > 0; --skip) word &= word - 1;
    return storage::PhotoId{i * 64 + static_cast<uint64_t>(std::countr_zero(word))};
  }
  return std::nullopt;
}

}  // namespace fovea::indexer
