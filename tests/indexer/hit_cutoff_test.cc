// FindHitCut on curves drawn by hand. What it is worth on labelled sets: tests/bench and tests/e2e, hit_cutoff_worth_test.cc.
// label: unit
#include "indexer/hit_cutoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace fovea::indexer {
namespace {

constexpr ScoreBackground kBackground{.mean = 0.2, .deviation = 0.03};

// `count` scores that fall evenly from `from` to `to`.
std::vector<float> Slope(size_t count, double from, double to) {
  std::vector<float> scores(count);
  for (size_t i = 0; i < count; ++i) {
    scores[i] = static_cast<float>(count == 1 ? from : from + (to - from) * static_cast<double>(i) / static_cast<double>(count - 1));
  }
  return scores;
}

// The best of `pictures` unrelated ones, as a normal distribution gives them.
std::vector<float> Unrelated(size_t pictures, size_t best) {
  std::vector<float> scores;
  for (size_t i = 0; i < best; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(pictures);
    double low = -9, high = 9;
    for (int step = 0; step < 60; ++step) {
      const double middle = (low + high) / 2;
      (std::erfc(middle / std::sqrt(2.0)) / 2 > share ? low : high) = middle;
    }
    scores.push_back(static_cast<float>(kBackground.mean + kBackground.deviation * low));
  }
  return scores;
}

std::vector<float> Joined(std::vector<float> hits, const std::vector<float>& rest) {
  hits.insert(hits.end(), rest.begin(), rest.end());
  std::ranges::sort(hits, std::greater<>());
  return hits;
}

size_t Hits(const std::vector<float>& best, size_t pictures) { return FindHitCut({best, pictures}, kBackground).hits; }

TEST(HitCutoff, CutsAtTheOneCliff) {
  for (const size_t hits : {1u, 2u, 7u, 30u, 200u}) {
    const std::vector<float> curve = Joined(Slope(hits, 0.38, 0.36), Unrelated(10'000, 500));
    const HitCut cut = FindHitCut({curve, 10'000 + hits}, kBackground);
    EXPECT_EQ(cut.hits, hits);
    EXPECT_GT(cut.score, curve[hits]);
    EXPECT_LE(cut.score, curve[hits - 1]);
  }
}

TEST(HitCutoff, FindsNoHitsAmongUnrelatedPictures) {
  for (const size_t pictures : {20u, 700u, 100'000u}) {
    const HitCut cut = FindHitCut({Unrelated(pictures, 10), pictures}, {.mean = 0.2, .deviation = 0.034});
    EXPECT_EQ(cut.hits, 0u) << pictures;
    EXPECT_GT(cut.score, 0.2f);
  }
}

TEST(HitCutoff, AsksMoreOfTheBestInALargerLibrary) {
  const std::vector<float> curve = {0.3f, 0.21f, 0.2f, 0.19f};
  EXPECT_EQ(Hits(curve, 100), 1u);
  EXPECT_EQ(Hits(curve, 1'000'000), 0u);
}

TEST(HitCutoff, EndsWithoutACliffWhereTheBackgroundTakesOver) {
  std::vector<float> curve = Joined(Slope(5'000, 0.42, 0.26), Unrelated(95'000, 95'000));
  const size_t hits = Hits(curve, curve.size());
  const auto real = std::ranges::count_if(curve, [](float score) { return score >= 0.29f; });
  EXPECT_GT(hits, static_cast<size_t>(real) * 7 / 10);
  EXPECT_LT(hits, 6'000u);
}

TEST(HitCutoff, SeesNoEndOfHitsFarBelowTheLevelOfUnrelatedPictures) {
  const std::vector<float> nearly_all = Joined(Slope(20, 0.37, 0.36), Slope(870, 0.29, 0.22));
  EXPECT_EQ(Hits(Joined(nearly_all, Slope(110, 0.12, 0.1)), 1'000), 20u);
}

TEST(HitCutoff, TakesAllOfALibraryWhereEverythingIsAlike) {
  EXPECT_EQ(Hits(Slope(50, 0.36, 0.35), 50), 50u);
  EXPECT_EQ(Hits(std::vector<float>(50, 0.36f), 50), 50u);
}

TEST(HitCutoff, TakesAllOfACurveThatEndsWithinTheHits) {
  EXPECT_EQ(Hits(Slope(60, 0.42, 0.40), 100'000), 60u);
  EXPECT_EQ(Hits(Slope(1'000, 0.42, 0.39), 100'000), 1'000u);
}

TEST(HitCutoff, KeepsEqualScoresTogether) {
  const std::vector<float> curve = {0.36f, 0.36f, 0.36f, 0.36f, 0.22f, 0.22f, 0.21f};
  const HitCut cut = FindHitCut({curve, 700}, kBackground);
  EXPECT_EQ(cut.hits, 4u);
  EXPECT_EQ(FindHitCut({std::vector<float>(7, 0.36f), 700}, kBackground).hits, 7u);
}

TEST(HitCutoff, JudgesOnePicture) {
  EXPECT_EQ(Hits({0.35f}, 1), 1u);
  EXPECT_EQ(Hits({0.15f}, 1), 0u);
}

TEST(HitCutoff, HasNoHitsInAnEmptyLibrary) {
  const HitCut cut = FindHitCut({}, kBackground);
  EXPECT_EQ(cut.hits, 0u);
}

TEST(HitCutoff, TakesEverythingWhenTheBackgroundIsUnknown) {
  EXPECT_EQ(FindHitCut({Slope(5, 0.3, 0.1), 5}, {.mean = 0.2, .deviation = 0}).hits, 5u);
}

TEST(HitCutoff, DoesNotChangeWithTheModelsScale) {
  const std::vector<float> curve = Joined(Slope(12, 0.37, 0.34), Unrelated(5'000, 300));
  std::vector<float> wider;
  for (const float score : curve) wider.push_back(static_cast<float>(0.05 + (score - 0.2) * 5));
  EXPECT_EQ(FindHitCut({curve, 5'012}, kBackground).hits, FindHitCut({wider, 5'012}, {.mean = 0.05, .deviation = 0.15}).hits);
}

}  // namespace
}  // namespace fovea::indexer
