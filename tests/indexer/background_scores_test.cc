// BackgroundScores on a real store: what it measures, and when again.
// label: integration
#include "indexer/background_scores.h"

#include <gmock/gmock.h>

#include <cmath>

#include "indexer/unit_vector.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::RunningLibrary;
using test::StatusIs;
using enum BackgroundScores::Asked;

class Background : public testing::Test {
 protected:
  void Fill(uint64_t pictures) {
    for (uint64_t i = 0; i < pictures; ++i) running_.Write("p" + std::to_string(i) + ".png", i + 1);
    running_.Start();
    running_.WaitIdle();
  }
  BackgroundScores Make() {
    return BackgroundScores(running_.catalog(), [this](std::span<const std::string> texts) -> Result<encoder::Features> {
      texts_ += texts.size();
      if (!failure_.ok()) return Failed(failure_);
      return running_.library().EmbedTexts({texts.begin(), texts.end()}, Library::Scale::kRaw);
    });
  }
  // Of all pairs of different photos.
  double MeanOfPairs() {
    std::vector<std::vector<float>> vectors;
    EXPECT_THAT(running_.catalog().ForEachVector([&](PhotoId, std::span<const float> vector) {
      vectors.emplace_back(vector.begin(), vector.end());
      return true;
    }), IsOk());
    double sum = 0;
    for (size_t i = 0; i < vectors.size(); ++i) {
      for (size_t j = 0; j < vectors.size(); ++j) {
        for (size_t value = 0; i != j && value < vectors[i].size(); ++value) sum += double{vectors[i][value]} * vectors[j][value];
      }
    }
    return sum / static_cast<double>(vectors.size() * (vectors.size() - 1));
  }

  RunningLibrary running_;
  size_t texts_ = 0;
  Status failure_;
};

TEST_F(Background, MeasuresPicturesAgainstEachOther) {
  Fill(12);
  BackgroundScores scores = Make();
  const auto background = scores.For(kPicture, 12);
  ASSERT_THAT(background, IsOk());
  EXPECT_NEAR(background->mean, MeanOfPairs(), 1e-5);
  EXPECT_GT(background->deviation, 0);
  EXPECT_EQ(texts_, 0u);
}

TEST_F(Background, EncodesItsTextsOnce) {
  Fill(12);
  BackgroundScores scores = Make();
  const auto first = scores.For(kText, 12);
  ASSERT_THAT(first, IsOk());
  EXPECT_GT(first->deviation, 0);
  EXPECT_EQ(texts_, 24u);
  EXPECT_EQ(scores.For(kText, 15)->mean, first->mean);
  ASSERT_THAT(scores.For(kText, 24), IsOk());  // measured again
  EXPECT_EQ(texts_, 24u);
}

TEST_F(Background, KnowsNothingOfAnEmptyLibrary) {
  Fill(0);
  BackgroundScores scores = Make();
  for (const auto asked : {kText, kPicture}) {
    const auto background = scores.For(asked, 0);
    ASSERT_THAT(background, IsOk());
    EXPECT_EQ(background->deviation, 0);
  }
}

TEST_F(Background, TriesAgainAfterTheModelHasFailed) {
  Fill(3);
  BackgroundScores scores = Make();
  failure_ = Busy("too many questions");
  EXPECT_THAT(scores.For(kText, 3), StatusIs(StatusCode::kBusy));
  failure_ = Status();
  EXPECT_THAT(scores.For(kText, 3), IsOk());
}

}  // namespace
}  // namespace fovea::indexer
