// SearchRounds: who waits goes together, and each gets its own answers.
// label: unit
#include "indexer/search_rounds.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>

#include "base/worker.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

// Answers each query with its k, and notes how many came together.
class Rounds {
 public:
  std::vector<size_t> Ask(std::vector<size_t> ks) {
    std::vector<ScanQuery> queries;
    for (const size_t k : ks) queries.push_back({.vector = {}, .k = k});
    std::vector<size_t> got;
    for (const ScanAnswer& answer : rounds_.Search(queries, [this](auto asked) { return Run(asked); })) got.push_back(answer.rescored);
    return got;
  }
  size_t waiting() const { return rounds_.waiting(); }
  void Hold() { held_ = true; }
  void LetGo() { held_ = false; }
  size_t running() const { return running_; }
  std::vector<size_t> sizes() const { return sizes_; }

 private:
  std::vector<ScanAnswer> Run(std::span<const ScanQuery> queries) {
    EXPECT_EQ(running_.fetch_add(1), 0u);
    sizes_.push_back(queries.size());
    EXPECT_TRUE(test::WaitUntil([this] { return !held_; }));
    std::vector<ScanAnswer> answers;
    for (const ScanQuery& query : queries) answers.push_back({.found = {}, .rescored = query.k});
    running_.fetch_sub(1);
    return answers;
  }

  SearchRounds rounds_;
  std::vector<size_t> sizes_;  // written in rounds alone, which never overlap
  std::atomic<size_t> running_{0};
  std::atomic<bool> held_{false};
};

TEST(SearchRounds, TakesAllWhoWaitIntoOneRoundAndGivesEachItsAnswers) {
  Rounds rounds;
  rounds.Hold();
  {
    std::vector<Thread> callers;
    callers.emplace_back("first", [&](const std::stop_token&) { EXPECT_EQ(rounds.Ask({1}), std::vector<size_t>{1}); });
    ASSERT_TRUE(test::WaitUntil([&] { return rounds.running() == 1; }));
    for (size_t i = 0; i < 5; ++i) {
      callers.emplace_back("caller", [&rounds, i](const std::stop_token&) { EXPECT_EQ(rounds.Ask({10 + i, 20 + i}), (std::vector<size_t>{10 + i, 20 + i})); });
    }
    EXPECT_TRUE(test::WaitUntil([&] { return rounds.waiting() == 5; }));
    rounds.LetGo();
  }
  EXPECT_EQ(rounds.sizes(), (std::vector<size_t>{1, 10}));
}

TEST(SearchRounds, AnswersEveryCallerOfMany) {
  Rounds rounds;
  {
    std::vector<Thread> callers;
    for (size_t caller = 0; caller < 6; ++caller) {
      callers.emplace_back("caller", [&rounds, caller](const std::stop_token&) {
        for (size_t i = 0; i < 300; ++i) ASSERT_EQ(rounds.Ask({caller * 1000 + i}), std::vector<size_t>{caller * 1000 + i});
      });
    }
  }
  size_t asked = 0;
  for (const size_t size : rounds.sizes()) asked += size;
  EXPECT_EQ(asked, 1800u);
}

}  // namespace
}  // namespace fovea::indexer
