// AddTo: sets of every shape that Roaring keeps, beside their ids one by one.
// label: unit
#include "indexer/photo_set.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "indexer/photo_bits.h"

namespace fovea::indexer {
namespace {

PhotoSet Scattered(uint32_t first, uint32_t last, uint32_t one_in) {
  PhotoSet photos;
  std::mt19937 random(one_in);
  for (uint32_t id = first; id < last; ++id) {
    if (random() % one_in == 0) photos.add(id);
  }
  return photos;
}

PhotoSet Runs(uint32_t containers) {
  PhotoSet photos;
  for (uint32_t i = 0; i < containers; ++i) photos.addRange(i * 65'536 + 100, i * 65'536 + 5'000);
  photos.addRange(0, 64);
  photos.runOptimize();
  return photos;
}

// Over bits that are not all zero, and too short for some of the photos.
void ExpectAdded(const PhotoSet& photos) {
  for (const size_t words : {0, 1, 1000, 1024, 1500, 8000}) {
    PhotoWords bits(words), expected(words);
    if (words > 0) bits.front() = expected.front() = 4;
    for (const uint32_t id : photos) {
      if (id / 64 < words) expected[id / 64] |= uint64_t{1} << id % 64;
    }
    AddTo(photos, bits);
    EXPECT_TRUE(bits == expected) << photos.cardinality() << " photos, " << words << " words";
  }
}

TEST(PhotoSet, AddsListsBitmapsAndBothToBits) {
  ExpectAdded({});
  ExpectAdded(Scattered(0, 3000, 3));                                   // few: one by one
  ExpectAdded(Scattered(60'000, 500'000, 100));                         // lists
  ExpectAdded(Scattered(0, 500'000, 2));                                // bitmaps
  ExpectAdded(Scattered(0, 65'536, 1));                                 // a full container
  ExpectAdded(Scattered(0, 70'000, 2) | Scattered(70'000, 400'000, 300));
}

TEST(PhotoSet, AddsRunsToBits) {
  for (const uint32_t containers : {1, 3, 4, 7}) ExpectAdded(Runs(containers));
  ExpectAdded(Runs(2) | Scattered(200'000, 400'000, 2) | Scattered(400'000, 600'000, 200));
}

}  // namespace
}  // namespace fovea::indexer
