#include "indexer/photo_bits.h"

#include <algorithm>

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

}  // namespace

PhotoBits::PhotoBits(std::span<const uint64_t> words) : words_(words) {
  constexpr size_t kAtOnce = 16;
  for (; words.size() >= kAtOnce; words = words.subspan(kAtOnce)) count_ += CountOnes(words.first<kAtOnce>());
  count_ += CountOnes(words);
}

}  // namespace fovea::indexer
