// One batch on one device: joined, halved, retried, and what a device that throws does to it.
// label: unit
#include "encoder/batch_runner.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "tests/support/matchers.h"
#include "tests/support/scripted_encoder.h"

namespace fovea::encoder {
namespace {

using test::IsOk;
using test::Pixel;
using test::StatusIs;
using testing::ElementsAre;
using testing::HasSubstr;

bool Has(std::span<const ModelInput> inputs, uint8_t value) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const ModelInput& input) { return input.rgb.front() == value; });
}

class BatchRunnerTest : public testing::Test {
 protected:
  // One caller per list of pixels.
  void Callers(const std::vector<std::vector<uint8_t>>& pictures) {
    inputs_.resize(pictures.size());
    calls_.reserve(pictures.size());
    for (size_t i = 0; i < pictures.size(); ++i) {
      for (const uint8_t value : pictures[i]) inputs_[i].push_back(Pixel(value));
      calls_.push_back({.work = std::span(inputs_[i])});
      batch_.slices.push_back({&calls_[i], 0, inputs_[i].size()});
    }
  }
  void ExpectPicturesGivenBack(const std::vector<std::vector<uint8_t>>& pictures) const {
    for (size_t i = 0; i < pictures.size(); ++i) {
      for (size_t row = 0; row < pictures[i].size(); ++row) EXPECT_EQ(inputs_[i][row].rgb, Pixel(pictures[i][row]).rgb);
    }
  }

  test::ScriptedEncoder encoder_;
  Metrics metrics_;
  BatchRunner runner_{encoder_, metrics_, {.pictures = {.most = 16}, .texts = {.most = 16}}};
  std::vector<std::vector<ModelInput>> inputs_;
  std::vector<EncodeCall> calls_;
  EncodeBatch batch_;
};

TEST_F(BatchRunnerTest, RunsCallersTogetherAndGivesEachItsOwn) {
  Callers({{1, 2}, {3}, {4, 5}});
  batch_.slices.back() = {&calls_.back(), 1, 1};
  const auto answers = runner_.Run(batch_);
  EXPECT_THAT(encoder_.Notes(), ElementsAre("pictures 4"));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_THAT(answers[0]->values, ElementsAre(1, 2));
  EXPECT_THAT(answers[1]->values, ElementsAre(3));
  EXPECT_THAT(answers[2]->values, ElementsAre(5));
  ExpectPicturesGivenBack({{1, 2}, {3}, {4, 5}});
  EXPECT_THAT(metrics_.Text(), HasSubstr("fovea_encode_batch_rows_sum{tower=\"image\"} 4"));
}

TEST_F(BatchRunnerTest, FailsOnlyTheCallerWhosePictureIsRefused) {
  encoder_.on_pictures = [](auto inputs) { return Has(inputs, 66) ? Internal("no 66") : Status(); };
  Callers({{1}, {66, 2}, {3}});
  const auto answers = runner_.Run(batch_);
  EXPECT_THAT(encoder_.Notes(), ElementsAre("pictures 4", "pictures 1", "pictures 2", "pictures 1"));
  EXPECT_THAT(answers[0]->values, ElementsAre(1));
  EXPECT_THAT(answers[1], StatusIs(StatusCode::kInternal, HasSubstr("no 66")));
  EXPECT_THAT(answers[2]->values, ElementsAre(3));
  ExpectPicturesGivenBack({{1}, {66, 2}, {3}});
}

TEST_F(BatchRunnerTest, TurnsWhatTheEncoderThrowsIntoAFailureOfTheBatch) {
  encoder_.on_pictures = [](auto inputs) -> Status {
    if (Has(inputs, 66)) throw std::runtime_error("boom");
    return {};
  };
  Callers({{66}, {3}});
  const auto answers = runner_.Run(batch_);
  EXPECT_THAT(answers[0], StatusIs(StatusCode::kInternal, HasSubstr("threw: boom")));
  EXPECT_THAT(answers[1]->values, ElementsAre(3));
  ExpectPicturesGivenBack({{66}, {3}});
}

TEST_F(BatchRunnerTest, HalvesWhatDoesNotFitTheMemoryAndGoesOn) {
  encoder_.on_pictures = [](auto inputs) { return inputs.size() > 3 ? Busy("CUDA out of memory") : Status(); };
  Callers({{1, 2, 3, 4, 5, 6, 7}, {8}});
  const auto answers = runner_.Run(batch_);
  EXPECT_THAT(encoder_.Notes(), ElementsAre("pictures 8", "pictures 4", "pictures 2", "pictures 2", "pictures 2", "pictures 2"));
  EXPECT_THAT(answers[0]->values, ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(answers[1]->values, ElementsAre(8));
  EXPECT_LE(runner_.limits().pictures, 2u) << "the next batch is small from the start";
  EXPECT_THAT(metrics_.Text(), HasSubstr("fovea_encode_out_of_memory_total 2"));
}

TEST_F(BatchRunnerTest, TakesAnAllocationThatThrowsForMemoryThatRanOut) {
  encoder_.on_texts = [](auto texts) -> Status {
    if (texts.size() > 1) throw std::bad_alloc();
    return {};
  };
  const std::vector<std::string> texts = {"a", "bb"};
  EncodeCall call{.work = std::span(texts)};
  EncodeBatch batch;
  batch.slices.push_back({&call, 0, 2});
  EXPECT_THAT(runner_.Run(batch).front()->values, ElementsAre(1, 2));
}

TEST_F(BatchRunnerTest, SaysSoWhenNotEvenOneFits) {
  encoder_.on_pictures = [](auto) { return Busy("CUDA out of memory"); };
  Callers({{1}});
  EXPECT_THAT(runner_.Run(batch_).front(), StatusIs(StatusCode::kInternal, testing::AllOf(HasSubstr("does not hold one row"), HasSubstr("CUDA"))));
}

TEST_F(BatchRunnerTest, ProbesBothTowers) {
  EXPECT_THAT(runner_.Probe(), IsOk());
  EXPECT_THAT(encoder_.Notes(), ElementsAre("probe", "texts a"));
  encoder_.on_texts = [](auto) { return Internal("the device is lost"); };
  EXPECT_THAT(runner_.Probe(), StatusIs(StatusCode::kInternal, HasSubstr("lost")));
}

}  // namespace
}  // namespace fovea::encoder
