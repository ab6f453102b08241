// label: unit
#include "encoder/block_cache.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace fovea::test {
namespace {

using encoder::BlockCache;

constexpr size_t kMiB = size_t{1} << 20;

TEST(BlockCache, GivesALargeBlockToTheNextOneWhoNeedsAboutThatMuch) {
  BlockCache cache(64 * kMiB);
  void* const first = cache.Take(8 * kMiB);
  cache.Release(first);
  EXPECT_EQ(cache.kept_bytes(), 8 * kMiB);
  void* const smaller = cache.Take(4 * kMiB);
  EXPECT_NE(smaller, first);
  void* const like = cache.Take(8 * kMiB - kMiB / 2);
  EXPECT_EQ(like, first);
  EXPECT_EQ(cache.kept_bytes(), 0u);
  cache.Release(smaller);
  cache.Release(like);
}

TEST(BlockCache, KeepsNoMoreThanItMay) {
  BlockCache cache(10 * kMiB);
  std::vector<void*> blocks;
  for (int i = 0; i < 5; ++i) blocks.push_back(cache.Take(4 * kMiB));
  for (void* block : blocks) std::memset(block, 7, 4 * kMiB);
  for (void* block : blocks) cache.Release(block);
  EXPECT_EQ(cache.kept_bytes(), 8 * kMiB);
  cache.Trim();
  EXPECT_EQ(cache.kept_bytes(), 0u);
  void* const again = cache.Take(4 * kMiB);
  std::memset(again, 7, 4 * kMiB);
  cache.Release(again);
}

TEST(BlockCache, KeepsNoSmallBlocksAndTakesThoseOfMalloc) {
  BlockCache cache(10 * kMiB);
  EXPECT_EQ(cache.Take(0), nullptr);
  for (const size_t bytes : {size_t{1}, size_t{63}, size_t{4096}, kMiB - 1}) {
    void* const block = cache.Take(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u);
    std::memset(block, 1, bytes);
    cache.Release(block);
  }
  cache.Release(std::malloc(100));
  cache.Release(nullptr);
  EXPECT_EQ(cache.kept_bytes(), 0u);
}

TEST(BlockCache, NeverGivesOneBlockToTwo) {
  BlockCache cache(32 * kMiB);
  std::vector<std::jthread> threads;
  for (uint8_t id = 0; id < 4; ++id) {
    threads.emplace_back([&cache, id] {
      for (int round = 0; round < 200; ++round) {
        auto* const block = static_cast<uint8_t*>(cache.Take(kMiB + static_cast<size_t>(round % 3) * kMiB));
        for (size_t i = 0; i < kMiB; i += 4096) block[i] = id;
        for (size_t i = 0; i < kMiB; i += 4096) ASSERT_EQ(block[i], id);
        cache.Release(block);
      }
    });
  }
}

}  // namespace
}  // namespace fovea::test
