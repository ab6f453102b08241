// ModelSwitch beside its own thread, where a Library would have to be lucky to meet the moment.
// label: integration
#include "indexer/model_switch.h"

#include <gmock/gmock.h>

#include "tests/support/fake_encoder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::JobState;
using test::FakeEncoder;
using test::IsOk;
using testing::SizeIs;

class ModelSwitchTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(catalog_->BindModel("old@1", FakeEncoder::kDim), IsOk()); }

  Encoders Load() {
    Encoders one;
    one.push_back(std::make_unique<FakeEncoder>(control_, "new@1", 7));
    return one;
  }
  std::shared_ptr<Generation> Make(uint32_t number, Encoders encoders) {
    return std::make_shared<Generation>(Generation::Parts{*catalog_, metrics_, health_}, number, std::move(encoders), encoder::DeviceQueue::Options{});
  }

  test::TempDir data_;
  test::ManualClock clock_;
  Metrics metrics_;
  Health health_;
  test::FakeEncoderControl control_;
  std::unique_ptr<storage::Catalog> catalog_ = *storage::Catalog::Open({.folder = data_.path()});
  PhotoFacts facts_;
  JobBoard jobs_{*catalog_, clock_};
};

// The thread "switch" happened to be awake when a switch was begun, found the model in the catalog, and had switched to it before the caller
// made sure of the job: the caller made a second one, of which people then read that it was given up.
TEST_F(ModelSwitchTest, HasOneJobAlsoWhenItsThreadIsDoneBeforeTheCaller) {
  std::shared_ptr<Generation> answering = Make(catalog_->model()->number, Load());
  IndexWriter writer(*catalog_, answering->index, facts_, metrics_);
  std::function<void()> before_the_caller_goes_on;
  ModelSwitch::Options options;
  options.snapshot_every_s = 0;
  ModelSwitch model_switch({.catalog = *catalog_,
                            .clock = clock_,
                            .jobs = jobs_,
                            .writer = writer,
                            .load = [&](const std::string&) -> Result<Encoders> { return Load(); },
                            .make =
                                [&](uint32_t number, Encoders encoders) {
                                  if (const auto first = std::exchange(before_the_caller_goes_on, nullptr)) first();
                                  return Make(number, std::move(encoders));
                                },
                            .now = [&] { return answering; },
                            .answer_with = [&](std::shared_ptr<Generation> next) { answering = std::move(next); }},
                           options);
  before_the_caller_goes_on = [&] {
    model_switch.Start();
    ASSERT_TRUE(test::WaitUntil([&] { return !jobs_.List(10).empty() && jobs_.List(10).front().job.state == JobState::kDone; }));
  };
  const auto begun = model_switch.Begin("new");
  ASSERT_THAT(begun, IsOk());
  model_switch.Stop();
  EXPECT_EQ(catalog_->model()->id, "new@1");
  const auto jobs = jobs_.List(10);
  ASSERT_THAT(jobs, SizeIs(1));
  EXPECT_EQ(jobs[0].job.state, JobState::kDone);
  EXPECT_EQ(jobs[0].job.id, begun->job.id);
}

}  // namespace
}  // namespace fovea::indexer
