// PhotoBits: how many it holds.
// label: unit
#include "indexer/photo_bits.h"

#include <gmock/gmock.h>

#include <bit>
#include <random>
#include <vector>

namespace fovea::indexer {
namespace {

TEST(PhotoBits, CountsItsPhotos) {
  std::mt19937_64 random(3);
  for (size_t words = 0; words < 70; ++words) {
    std::vector<uint64_t> some(words), all(words, ~uint64_t{0});
    size_t count = 0;
    for (uint64_t& word : some) count += static_cast<size_t>(std::popcount(word = random()));
    EXPECT_EQ(PhotoBits(some).count(), count);
    EXPECT_EQ(PhotoBits(all).count(), 64 * words);
  }
}

}  // namespace
}  // namespace fovea::indexer
