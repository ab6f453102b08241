#include "base/bounded_queue.h"
// label: unit

#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "tests/support/wait_until.h"

namespace fovea {
namespace {

TEST(BoundedQueue, KeepsOrder) {
  BoundedQueue<int> queue(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.Push(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.Pop(), i);
}

TEST(BoundedQueue, RefusesWhenFullAndLeavesTheItemAlone) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  ASSERT_TRUE(queue.Push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(queue.TryPush(second));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
}

TEST(BoundedQueue, MakesProducersWaitForRoom) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.Push(1));
  std::atomic<bool> pushed = false;
  std::jthread producer([&] { pushed = queue.Push(2); });
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_TRUE(test::WaitUntil([&] { return pushed.load(); }));
  EXPECT_EQ(queue.Pop(), 2);
}

TEST(BoundedQueue, GivesWhatIsInsideAfterClosingThenNothing) {
  BoundedQueue<int> queue(2);
  ASSERT_TRUE(queue.Push(1));
  queue.Close();
  EXPECT_FALSE(queue.Push(2));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueue, ClosingWakesAWaitingConsumerAndProducer) {
  BoundedQueue<int> empty(1), full(1);
  ASSERT_TRUE(full.Push(1));
  std::jthread consumer([&] { EXPECT_EQ(empty.Pop(), std::nullopt); });
  std::jthread producer([&] { EXPECT_FALSE(full.Push(2)); });
  empty.Close();
  full.Close();
}

TEST(BoundedQueue, PopUntilGivesUpAtTheDeadline) {
  BoundedQueue<int> queue(1);
  EXPECT_EQ(queue.PopUntil(std::chrono::steady_clock::now()), std::nullopt);
  EXPECT_FALSE(queue.closed());
}

TEST(BoundedQueue, HandsEveryItemToExactlyOneConsumer) {
  constexpr int kItems = 2000;
  BoundedQueue<int> queue(7);
  std::atomic<int64_t> sum = 0;
  {
    std::vector<std::jthread> consumers;
    for (int c = 0; c < 3; ++c) {
      consumers.emplace_back([&] {
        while (const auto item = queue.Pop()) sum += *item;
      });
    }
    {
      std::vector<std::jthread> producers;
      for (int p = 0; p < 2; ++p) {
        producers.emplace_back([&, p] {
          for (int i = p; i < kItems; i += 2) EXPECT_TRUE(queue.Push(i));
        });
      }
    }
    queue.Close();
  }
  EXPECT_EQ(sum, int64_t{kItems} * (kItems - 1) / 2);
}

}  // namespace
}  // namespace fovea
