// FindNearPairs: the pairs that a look at all pairs gives, by lists or without, and what it does with thousands of equal vectors.
// label: integration
#include "indexer/near_pairs.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <set>

#include "indexer/exact_score.h"
#include "tests/support/matchers.h"
#include "tests/support/random_vectors.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::StatusIs;
using Pairs = std::set<std::pair<uint32_t, uint32_t>>;

// Unit vectors around a few topics; every fourth is a neighbour of an earlier one, at all distances from hardly any to beyond the level.
class World {
 public:
  World(size_t count, size_t dim, uint64_t seed) : dim_(dim), random_(seed), coded_(dim) {
    std::vector<std::vector<float>> topics;
    for (int i = 0; i < 20; ++i) topics.push_back(Noise(1));
    for (size_t i = 0; i < count; ++i) {
      const bool neighbour = i % 4 == 3;
      std::vector<float> vector = neighbour ? rows_[random_.Below(rows_.size())] : topics[random_.Below(topics.size())];
      const float spread = neighbour ? 0.6f * static_cast<float>(random_.Below(1000)) / 1000 : 1.0f;
      const std::vector<float> noise = Noise(spread);
      for (size_t j = 0; j < dim; ++j) vector[j] += noise[j];
      Add(std::move(vector));
    }
  }
  void Add(std::vector<float> vector) {
    vector = test::Normalised(std::move(vector));
    coded_.Add(PhotoId{rows_.size() + 1}, vector);
    rows_.push_back(std::move(vector));
  }
  std::vector<float> Noise(float length) {
    std::vector<float> noise = random_.Values(dim_);
    for (float& value : noise) value *= length / std::sqrt(static_cast<float>(dim_));
    return noise;
  }
  Pairs AllPairs(float level) const {
    Pairs pairs;
    for (uint32_t a = 0; a < rows_.size(); ++a) {
      for (uint32_t b = a + 1; b < rows_.size(); ++b) {
        if (ExactScore(rows_[a].data(), rows_[b].data(), dim_) >= level) pairs.emplace(a, b);
      }
    }
    return pairs;
  }
  NearPairsRequest Request(float level, size_t lists) const {
    return {.levels = {level}, .lists = {.lists = lists}, .vector = [this](PhotoId id) -> Result<std::vector<float>> { return rows_[id.value - 1]; }};
  }
  const CodedVectors& coded() const { return coded_; }
  const std::vector<float>& row(size_t i) const { return rows_[i]; }

 private:
  const size_t dim_;
  test::RandomVectors random_;
  std::vector<std::vector<float>> rows_;
  CodedVectors coded_;
};

Pairs Places(const std::vector<NearPair>& pairs) {
  Pairs places;
  for (const NearPair& pair : pairs) places.emplace(pair.a, pair.b);
  return places;
}

double ShareOf(const Pairs& truth, const Pairs& found) {
  size_t both = 0;
  for (const auto& pair : truth) both += found.count(pair);
  return static_cast<double>(both) / static_cast<double>(truth.size());
}

TEST(FindNearPairs, WithOneListGivesWhatAllPairsGive) {
  for (const size_t dim : {16, 33, 512}) {
    const World world(700, dim, dim);
    const QuietTeam team({}, 2);
    const auto pairs = FindNearPairs(world.coded(), world.Request(0.93f, 1), team);
    ASSERT_THAT(pairs, IsOk());
    const Pairs truth = world.AllPairs(0.93f);
    EXPECT_GT(truth.size(), 50u);
    EXPECT_EQ(Places(*pairs), truth) << dim;
    for (const NearPair& pair : *pairs) {
      EXPECT_NEAR(pair.score, ExactScore(world.row(pair.a).data(), world.row(pair.b).data(), dim), 0.01);
    }
  }
}

TEST(FindNearPairs, ByListsFindsNearlyAll) {
  const World world(4000, 64, 7);
  const QuietTeam team({}, 2);
  const Pairs truth = world.AllPairs(0.93f);
  EXPECT_GT(truth.size(), 300u);
  const auto share = [&](float reach) {
    NearPairsRequest request = world.Request(0.93f, 0);
    if (reach > 0) request.lists.reach = reach;
    const auto pairs = FindNearPairs(world.coded(), request, team);
    EXPECT_THAT(pairs, IsOk());
    const Pairs found = Places(*pairs);
    EXPECT_EQ(ShareOf(found, truth), 1) << "a pair below the level";
    return ShareOf(truth, found);
  };
  EXPECT_GE(share(0), 0.998);
  EXPECT_LT(share(1e-6f), 0.995) << "without guests, lists lose pairs at their borders";
}

TEST(FindNearPairs, EqualVectorsMakeFewPairsAndAreAllInSome) {
  World world(50, 32, 3);
  const std::vector<float> same = world.Noise(1);
  for (int i = 0; i < 3000; ++i) world.Add(same);
  const QuietTeam team({}, 2);
  const auto pairs = FindNearPairs(world.coded(), world.Request(0.95f, 0), team);
  ASSERT_THAT(pairs, IsOk());
  EXPECT_LT(pairs->size(), 3050 * 3 * kMostPairs);
  std::set<uint32_t> rows;
  for (const NearPair& pair : *pairs) rows.insert({pair.a, pair.b});
  for (uint32_t row = 50; row < 3050; ++row) EXPECT_TRUE(rows.contains(row)) << row;
}

TEST(FindNearPairs, TakesNothingAndOne) {
  const QuietTeam team({}, 2);
  for (const size_t count : {0, 1}) {
    const World world(count, 8, 1);
    const auto pairs = FindNearPairs(world.coded(), world.Request(0.9f, 0), team);
    ASSERT_THAT(pairs, IsOk());
    EXPECT_TRUE(pairs->empty());
  }
}

TEST(FindNearPairs, EndsWhenItIsStoppedAndSaysHowFarItIs) {
  const World world(3000, 32, 5);
  std::stop_source stop;
  const QuietTeam team(stop.get_token(), 2);
  NearPairsRequest request = world.Request(0.93f, 0);
  std::atomic<double> last = 0;
  request.done = [&](double share) { last = share; };
  ASSERT_THAT(FindNearPairs(world.coded(), request, team), IsOk());
  EXPECT_EQ(last, 1);
  request.done = [&](double share) {
    EXPECT_LT(share, 1);
    if (share > 0.1) stop.request_stop();
  };
  EXPECT_THAT(FindNearPairs(world.coded(), request, team), StatusIs(StatusCode::kCancelled));
}

TEST(FindNearPairs, LeavesOutVectorsThatAreGoneAndTellsOtherFaults) {
  const World world(700, 16, 2);
  const QuietTeam team({}, 1);
  NearPairsRequest request = world.Request(0.93f, 1);
  request.vector = [](PhotoId) -> Result<std::vector<float>> { return Failed(NotFound("gone")); };
  const auto pairs = FindNearPairs(world.coded(), request, team);
  ASSERT_THAT(pairs, IsOk());
  EXPECT_LT(pairs->size(), world.AllPairs(0.93f).size());
  request.vector = [](PhotoId) -> Result<std::vector<float>> { return Failed(IoError("the disk")); };
  EXPECT_THAT(FindNearPairs(world.coded(), request, team), StatusIs(StatusCode::kIo));
}

}  // namespace
}  // namespace fovea::indexer
