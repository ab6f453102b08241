// PhotoBits: how many it holds, and which come after one.
// label: unit
#include "indexer/photo_bits.h"

#include <gmock/gmock.h>

#include <algorithm>
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

TEST(PhotoBits, FindsThoseAfterAPhoto) {
  using storage::PhotoId;
  PhotoWords words(40);
  const std::vector<uint64_t> ids = {0, 1, 63, 64, 127, 128, 129, 700, 701, 2047, 2048, 2559};
  for (const uint64_t id : ids) words[id / 64] |= uint64_t{1} << id % 64;
  const PhotoBits photos(words);
  for (uint64_t id = 0; id < 2700; ++id) {
    const auto after = std::ranges::upper_bound(ids, id);
    const auto left = static_cast<size_t>(ids.end() - after);
    EXPECT_EQ(photos.CountAfter(PhotoId{id}), left) << id;
    for (size_t skip = 0; skip < ids.size(); ++skip) {
      const auto found = photos.After(PhotoId{id}, skip);
      ASSERT_EQ(found.has_value(), skip < left) << id << " " << skip;
      if (found) {
        EXPECT_EQ(found->value, *(after + static_cast<ptrdiff_t>(skip))) << id << " " << skip;
      }
    }
  }
  EXPECT_EQ(PhotoBits({}).After(PhotoId{0}), std::nullopt);
}

}  // namespace
}  // namespace fovea::indexer
