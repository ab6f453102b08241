#include "base/worker.h"
// label: unit

#include <gmock/gmock.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <latch>

namespace fovea {
namespace {

TEST(Worker, RunsTasksInOrderOnANamedThread) {
  std::vector<int> order;
  std::string name;
  Worker worker({.name = "order"});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(worker.Post([&, i] { order.push_back(i); }));
  EXPECT_TRUE(worker.Post([&] {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    name = text.data();
  }));
  worker.Drain();
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(name, "order");
}

TEST(Worker, RefusesWhenFullAndAfterStop) {
  std::latch started(1), go_on(1);
  Worker worker({.name = "full", .threads = 1, .capacity = 1});
  ASSERT_TRUE(worker.Post([&] {
    started.count_down();
    go_on.wait();
  }));
  started.wait();
  ASSERT_TRUE(worker.TryPost([] {}));
  EXPECT_FALSE(worker.TryPost([] {}));
  go_on.count_down();
  worker.Stop();
  EXPECT_FALSE(worker.Post([] {}));
  worker.Stop();
}

TEST(Worker, StopEndsTheTaskInHandAndDropsTheRest) {
  std::latch started(1), go_on(1);
  std::atomic<int> ran = 0;
  Worker worker({.name = "stop"});
  ASSERT_TRUE(worker.Post([&] {
    started.count_down();
    go_on.wait();
    ++ran;
  }));
  started.wait();
  ASSERT_TRUE(worker.Post([&] { ran += 100; }));
  std::jthread stopper([&] { worker.Stop(); });
  // Stop has closed and emptied the queue once it refuses; only then may the first task end.
  while (worker.TryPost([&] { ran += 100; })) std::this_thread::yield();
  while (worker.queued() != 0) std::this_thread::yield();
  go_on.count_down();
  stopper.join();
  EXPECT_EQ(ran, 1);
}

TEST(Thread, SeesTheRequestToStop) {
  std::atomic<bool> stopped = false;
  Thread thread("watch", [&](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    stopped = true;
  });
  thread.RequestStop();
  thread.Join();
  thread.Join();
  EXPECT_TRUE(stopped);
}

TEST(ThreadDeathTest, AnExceptionEndsTheProcessWithItsMessage) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Thread("doomed", [](const std::stop_token&) { throw std::runtime_error("out of luck"); }).Join(),
               "thread doomed ended by an exception: out of luck");
}

}  // namespace
}  // namespace fovea
