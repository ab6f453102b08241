// ScanTeam: every piece once, one job at a time.
// label: unit
#include "indexer/scan_team.h"

#include <gmock/gmock.h>

#include <atomic>
#include <set>

namespace fovea::indexer {
namespace {

TEST(ScanTeam, DoesEveryPieceOfManyJobsOnce) {
  ScanTeam team(4);
  for (int job = 0; job < 500; ++job) {
    std::atomic<size_t> next{0}, done{0};
    team.Run(4, [&](size_t) {
      while (next.fetch_add(1) < 20) done.fetch_add(1);
    });
    ASSERT_EQ(done.load(), 20u);
  }
}

TEST(ScanTeam, GivesEachThreadOfAJobItsOwnNumber) {
  ScanTeam team(3);
  Mutex mutex;
  CondVar arrived;
  std::set<size_t> numbers;
  team.Run(3, [&](size_t number) {
    MutexLock lock(mutex);
    EXPECT_TRUE(numbers.insert(number).second);
    arrived.NotifyAll();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (numbers.size() < 3 && arrived.WaitUntil(mutex, deadline)) {
    }
  });
  EXPECT_EQ(numbers, (std::set<size_t>{0, 1, 2}));
}

TEST(ScanTeam, LetsCallersTakeTurns) {
  ScanTeam team(2);
  std::atomic<int> working{0}, most{0};
  const auto job = [&](size_t) {
    const int now = working.fetch_add(1) + 1;
    for (int seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    working.fetch_sub(1);
  };
  {
    std::vector<Thread> callers;
    for (int caller = 0; caller < 4; ++caller) {
      callers.emplace_back("caller", [&](const std::stop_token&) {
        for (int i = 0; i < 200; ++i) team.Run(2, job);
      });
    }
  }
  EXPECT_LE(most.load(), 2);
  EXPECT_EQ(working.load(), 0);
}

}  // namespace
}  // namespace fovea::indexer
