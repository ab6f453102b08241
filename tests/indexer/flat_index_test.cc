// FlatIndex against a scan in plain C++.
// label: unit
#include "indexer/flat_index.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/worker.h"
#include "indexer/unit_vector.h"
#include "tests/support/matchers.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::StatusIs;
using testing::HasSubstr;

class RandomVectors {
 public:
  explicit RandomVectors(uint32_t seed) : random_(seed) {}
  std::vector<float> Next(size_t dim) {
    std::vector<float> vector(dim);
    for (float& value : vector) value = normal_(random_);
    EXPECT_THAT(MakeUnit(vector), IsOk());
    return vector;
  }
  uint64_t Below(uint64_t end) { return random_() % end; }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<float> normal_;
};

using Vectors = std::map<PhotoId, std::vector<float>>;

std::vector<Neighbour> Scan(const Vectors& vectors, const std::vector<float>& query, size_t k) {
  std::vector<Neighbour> all;
  for (const auto& [id, vector] : vectors) {
    double score = 0;
    for (size_t i = 0; i < query.size(); ++i) score += static_cast<double>(query[i]) * vector[i];
    all.push_back({id, static_cast<float>(score)});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; });
  all.resize(std::min(k, all.size()));
  return all;
}

void ExpectSame(const std::vector<Neighbour>& found, const std::vector<Neighbour>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].id, expected[i].id) << "place " << i;
    EXPECT_NEAR(found[i].score, expected[i].score, 1e-6) << "place " << i;
  }
}

TEST(FlatIndex, FindsWhatAPlainScanFindsThroughAddsReplacesAndRemovals) {
  constexpr size_t kDim = 48;
  RandomVectors random(7);
  FlatIndex index(kDim);
  Vectors truth;
  for (int step = 0; step < 3000; ++step) {
    const PhotoId id{1 + random.Below(800)};
    if (random.Below(3) == 0) {
      index.Remove(id);
      truth.erase(id);
    } else {
      const std::vector<float> vector = random.Next(kDim);
      ASSERT_THAT(index.Add(id, vector), IsOk());
      truth[id] = vector;
    }
  }
  ASSERT_EQ(index.size(), truth.size());
  for (const size_t k : {size_t{1}, size_t{10}, size_t{99}, size_t{100}, size_t{250}, truth.size(), truth.size() + 50}) {
    const std::vector<float> query = random.Next(kDim);
    const auto found = index.Search(query, k);
    ASSERT_THAT(found, IsOk());
    ExpectSame(*found, Scan(truth, query, k));
  }
}

TEST(FlatIndex, GivesEqualScoresInOrderOfIdsWhereverTheListIsCut) {
  RandomVectors random(11);
  FlatIndex index(8);
  const std::vector<float> shared = random.Next(8);
  for (uint64_t id = 300; id > 0; --id) ASSERT_THAT(index.Add(PhotoId{id}, shared), IsOk());
  for (const uint64_t removed : {1, 5, 300}) index.Remove(PhotoId{removed});
  for (const size_t k : {size_t{1}, size_t{3}, size_t{120}, size_t{1000}}) {
    const auto found = index.Search(shared, k);
    ASSERT_THAT(found, IsOk());
    ASSERT_EQ(found->size(), std::min<size_t>(k, 297));
    uint64_t expected = 2;
    for (const Neighbour& neighbour : *found) {
      if (expected == 5) ++expected;
      EXPECT_EQ(neighbour.id.value, expected++);
      EXPECT_NEAR(neighbour.score, 1, 1e-6);
    }
  }
}

TEST(FlatIndex, AnswersNothingWhenEmptyAndAfterTheLastRemoval) {
  RandomVectors random(3);
  FlatIndex index(4);
  const auto query = random.Next(4);
  EXPECT_THAT(index.Search(query, 5), test::IsOkAndHolds(testing::IsEmpty()));
  ASSERT_THAT(index.Add(PhotoId{9}, query), IsOk());
  EXPECT_THAT(index.Search(query, 0), test::IsOkAndHolds(testing::IsEmpty()));
  index.Remove(PhotoId{8});
  EXPECT_EQ(index.size(), 1u);
  index.Remove(PhotoId{9});
  EXPECT_EQ(index.size(), 0u);
  EXPECT_THAT(index.Search(query, 5), test::IsOkAndHolds(testing::IsEmpty()));
}

// Few allowed photos are looked up, many are looked for: both ways, with ids that are not there, after rows have moved.
TEST(FlatIndex, StaysAmongThePhotosOfEachQuery) {
  constexpr size_t kDim = 24;
  RandomVectors random(9);
  FlatIndex index(kDim);
  Vectors truth;
  for (uint64_t id = 1; id <= 2000; ++id) {
    truth[PhotoId{id}] = random.Next(kDim);
    ASSERT_THAT(index.Add(PhotoId{id}, truth[PhotoId{id}]), IsOk());
  }
  for (uint64_t id = 3; id < 1000; id += 7) {
    index.Remove(PhotoId{id});
    truth.erase(PhotoId{id});
  }
  std::vector<std::vector<float>> vectors;
  std::vector<std::vector<uint64_t>> words;
  for (const uint64_t every : {1, 2, 50, 500, 5000}) {
    vectors.push_back(random.Next(kDim));
    words.emplace_back(2500 / 64);
    for (uint64_t id = 0; id < words.back().size() * 64; id += every) words.back()[id / 64] |= uint64_t{1} << id % 64;
  }
  std::vector<PhotoBits> sets(words.begin(), words.end());
  std::vector<IndexQuery> queries;
  for (size_t i = 0; i < sets.size(); ++i) queries.push_back({.vector = vectors[i], .k = 15, .among = &sets[i]});
  queries.push_back({.vector = vectors[0], .k = 15});
  const auto found = index.SearchMany(queries);
  ASSERT_THAT(found, IsOk());
  ASSERT_EQ(found->size(), queries.size());
  for (size_t i = 0; i < queries.size(); ++i) {
    Vectors among = truth;
    if (i < sets.size()) std::erase_if(among, [&](const auto& entry) { return !sets[i].Holds(entry.first); });
    const std::vector<float> query(queries[i].vector.begin(), queries[i].vector.end());
    ExpectSame((*found)[i], Scan(among, query, 15));
  }
}

TEST(FlatIndex, RefusesWrongDimensionsAndLengths) {
  FlatIndex index(2);
  EXPECT_THAT(index.Add(PhotoId{1}, std::vector<float>{1, 0, 0}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("3 values")));
  EXPECT_THAT(index.Add(PhotoId{1}, std::vector<float>{1, 1}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("length")));
  EXPECT_THAT(index.Search(std::vector<float>{1}, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(index.Search(std::vector<float>{NAN, 0}, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(index.size(), 0u);
}

// Large enough that searches share sweeps.
TEST(FlatIndex, GivesEachOfManyCallersItsOwnAnswer) {
  constexpr size_t kDim = 64, kRows = 20'000, kCallers = 5;
  RandomVectors random(21);
  FlatIndex index(kDim, 2);
  Vectors truth;
  for (uint64_t id = 1; id <= kRows; ++id) {
    const std::vector<float> vector = random.Next(kDim);
    ASSERT_THAT(index.Add(PhotoId{id}, vector), IsOk());
    if (id <= kCallers) truth[PhotoId{id}] = vector;
  }
  std::vector<Thread> callers;
  for (uint64_t id = 1; id <= kCallers; ++id) {
    callers.emplace_back("caller", [&index, &truth, id](const std::stop_token&) {
      for (int round = 0; round < 10; ++round) {
        const auto found = index.Search(truth.at(PhotoId{id}), 1 + id);
        ASSERT_THAT(found, IsOk());
        ASSERT_EQ(found->size(), 1 + id);
        EXPECT_EQ(found->front().id, PhotoId{id});
        EXPECT_NEAR(found->front().score, 1, 1e-6);
      }
    });
  }
  for (Thread& caller : callers) caller.Join();
}

TEST(FlatIndex, SearchesWhileVectorsComeAndGo) {
  constexpr uint64_t kRounds = 400;
  RandomVectors random(5);
  FlatIndex index(16);
  const std::vector<float> fixed = random.Next(16);
  ASSERT_THAT(index.Add(PhotoId{1}, fixed), IsOk());
  Thread searcher("searcher", [&](const std::stop_token& stop) {
    do {
      const auto found = index.Search(fixed, 3);
      ASSERT_THAT(found, IsOk());
      ASSERT_FALSE(found->empty());
      EXPECT_EQ(found->front().id, PhotoId{1});
    } while (!stop.stop_requested());
  });
  for (uint64_t round = 0; round < kRounds; ++round) {
    ASSERT_THAT(index.Add(PhotoId{2 + round % 50}, random.Next(16)), IsOk());
    index.Remove(PhotoId{2 + (round + 25) % 50});
  }
  searcher.RequestStop();
  searcher.Join();
}

}  // namespace
}  // namespace fovea::indexer
