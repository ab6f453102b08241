// JobBoard: counts, rates and what is kept of a job.
// label: integration
#include "indexer/job_board.h"

#include <gmock/gmock.h>

#include <atomic>
#include <set>

#include "base/worker.h"
#include "tests/support/manual_clock.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::JobState;
using test::IsOk;

class JobBoardTest : public testing::Test {
 protected:
  void SetUp() override {
    auto catalog = storage::Catalog::Open({.folder = data_.path()});
    ASSERT_THAT(catalog, IsOk());
    catalog_ = *std::move(catalog);
    board_ = std::make_unique<JobBoard>(*catalog_, clock_);
  }
  JobStatus Only() {
    const auto jobs = board_->List(10);
    EXPECT_EQ(jobs.size(), 1u);
    return jobs.empty() ? JobStatus{} : jobs.front();
  }

  test::TempDir data_;
  test::ManualClock clock_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::unique_ptr<JobBoard> board_;
};

TEST_F(JobBoardTest, TellsRateAndTimeLeftOnceAllIsFound) {
  const auto job = board_->Create("scan", "/photos", JobState::kQueued);
  EXPECT_EQ(Only().job.state, JobState::kQueued);
  board_->Start(job);
  for (int i = 0; i < 100; ++i) board_->FileFound(job);
  for (int second = 0; second < 5; ++second) {
    clock_.Advance(std::chrono::seconds(1));
    for (int i = 0; i < 8; ++i) board_->FileEnded(job, i == 0 ? Outcome::kFailed : Outcome::kIndexed);
  }
  EXPECT_EQ(Only().job.done, 35u);
  EXPECT_EQ(Only().job.failed, 5u);
  EXPECT_EQ(Only().job.total, 0u) << "not known yet";
  EXPECT_FALSE(Only().eta_s);
  EXPECT_NEAR(Only().rate, 8, 0.01);
  board_->AllFound(job);
  EXPECT_EQ(Only().job.total, 100u);
  ASSERT_TRUE(Only().eta_s);
  EXPECT_NEAR(*Only().eta_s, 60 / 8.0, 0.1);
  clock_.Advance(std::chrono::seconds(5));
  EXPECT_NEAR(Only().rate, 4, 0.01) << "nothing ended lately";
}

TEST_F(JobBoardTest, KeepsAnEndedJobInTheCatalog) {
  const auto job = board_->Create("scan", "/photos", JobState::kRunning);
  board_->FileFound(job);
  board_->FileEnded(job, Outcome::kUnchanged);
  board_->AllFound(job);
  board_->Finish(job, JobState::kDone, "");
  EXPECT_EQ(Only().job.state, JobState::kDone);
  EXPECT_EQ(Only().rate, 0);
  board_->FileEnded(job, Outcome::kIndexed);
  EXPECT_EQ(Only().job.done, 1u) << "it has ended";
  const auto stored = catalog_->ListJobs(5);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].total, 1u);
  EXPECT_EQ(stored[0].finished_at_ms, clock_.NowUnixMs());
}

TEST_F(JobBoardTest, ListsTheNewestFirstRunningOrNot) {
  for (int i = 0; i < 4; ++i) {
    const auto job = board_->Create("scan", "/" + std::to_string(i), JobState::kRunning);
    if (i % 2 == 0) board_->Finish(job, JobState::kCancelled, "asked to");
    clock_.Advance(std::chrono::seconds(1));
  }
  const auto jobs = board_->List(3);
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[0].job.subject, "/3");
  EXPECT_EQ(jobs[1].job.subject, "/2");
  EXPECT_EQ(jobs[1].job.error, "asked to");
  EXPECT_EQ(jobs[2].job.subject, "/1");
}

TEST_F(JobBoardTest, NeverTellsAnEndedJobAsRunningAgain) {
  std::atomic<bool> done = false;
  Thread worker("worker", [&](const std::stop_token&) {
    for (int i = 0; i < 200; ++i) board_->Finish(board_->Create("scan", "/photos", JobState::kRunning), JobState::kDone, "why");
    done = true;
  });
  std::set<uint64_t> ended;
  while (!done) {
    for (const JobStatus& job : board_->List(1000)) {
      if (job.job.state == JobState::kDone) {
        EXPECT_EQ(job.job.error, "why");
        ended.insert(job.job.id);
      } else {
        ASSERT_FALSE(ended.contains(job.job.id)) << job.job.id;
      }
    }
  }
  worker.Join();
  EXPECT_EQ(board_->List(1000).size(), 200u);
}

TEST_F(JobBoardTest, WaitsUntilEveryFileHasEnded) {
  const auto job = board_->Create("scan", "/photos", JobState::kRunning);
  for (int i = 0; i < 3; ++i) board_->FileFound(job);
  std::atomic<bool> settled = false;
  Thread waiter("waiter", [&](const std::stop_token&) { settled = board_->WaitUntilSettled(job, {}); });
  board_->FileEnded(job, Outcome::kIndexed);
  board_->FileEnded(job, Outcome::kDropped);
  EXPECT_FALSE(settled);
  board_->FileEnded(job, Outcome::kFailed);
  waiter.Join();
  EXPECT_TRUE(settled);
}

TEST_F(JobBoardTest, StopsWaitingWhenAskedTo) {
  const auto job = board_->Create("scan", "/photos", JobState::kRunning);
  board_->FileFound(job);
  std::stop_source stop;
  std::atomic<bool> settled = true;
  Thread waiter("waiter", [&](const std::stop_token&) { settled = board_->WaitUntilSettled(job, stop.get_token()); });
  stop.request_stop();
  waiter.Join();
  EXPECT_FALSE(settled);
}

TEST_F(JobBoardTest, KeepsAJobInMemoryThatTheCatalogDoesNotTake) {
  const auto job = board_->Create("scan", "/photos", JobState::kRunning);
  catalog_->Close();
  board_->FileFound(job);
  board_->FileEnded(job, Outcome::kFailed);
  board_->Finish(job, JobState::kFailed, "the disk is full");
  EXPECT_EQ(Only().job.state, JobState::kFailed);
  EXPECT_EQ(Only().job.error, "the disk is full");
}

TEST_F(JobBoardTest, DoesNothingForNoJob) {
  board_->Start(0);
  board_->FileFound(0);
  board_->FileEnded(0, Outcome::kIndexed);
  EXPECT_TRUE(board_->WaitUntilSettled(0, {}));
  board_->Finish(0, JobState::kDone, "");
  EXPECT_TRUE(board_->List(5).empty());
}

}  // namespace
}  // namespace fovea::indexer
