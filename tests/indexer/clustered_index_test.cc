// ClusteredIndex against a scan in plain C++, and while its lists are trained and filled.
// label: unit
#include "indexer/clustered_index.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "base/worker.h"
#include "tests/support/matchers.h"
#include "tests/support/random_vectors.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::RandomVectors;
using test::StatusIs;
using testing::HasSubstr;

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

TEST(ClusteredIndex, FindsWhatAPlainScanFindsThroughAddsReplacesAndRemovals) {
  constexpr size_t kDim = 48;
  RandomVectors random(7);
  ClusteredIndex index(kDim);
  Vectors truth;
  for (int step = 0; step < 3000; ++step) {
    const PhotoId id{1 + random.Below(800)};
    if (random.Below(3) == 0) {
      index.Remove(id);
      truth.erase(id);
    } else {
      const std::vector<float> vector = random.Unit(kDim);
      ASSERT_THAT(index.Add(id, vector), IsOk());
      truth[id] = vector;
    }
  }
  ASSERT_EQ(index.size(), truth.size());
  for (const size_t k : {size_t{1}, size_t{10}, size_t{99}, size_t{100}, size_t{250}, truth.size(), truth.size() + 50}) {
    const std::vector<float> query = random.Unit(kDim);
    const auto found = index.Search(query, k);
    ASSERT_THAT(found, IsOk());
    ExpectSame(*found, Scan(truth, query, k));
  }
}

TEST(ClusteredIndex, GivesEqualScoresInOrderOfIdsWhereverTheListIsCut) {
  RandomVectors random(11);
  ClusteredIndex index(8);
  const std::vector<float> shared = random.Unit(8);
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

TEST(ClusteredIndex, AnswersNothingWhenEmptyAndAfterTheLastRemoval) {
  RandomVectors random(3);
  ClusteredIndex index(4);
  const auto query = random.Unit(4);
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
TEST(ClusteredIndex, StaysAmongThePhotosOfEachQuery) {
  constexpr size_t kDim = 24;
  RandomVectors random(9);
  ClusteredIndex index(kDim);
  Vectors truth;
  for (uint64_t id = 1; id <= 2000; ++id) {
    truth[PhotoId{id}] = random.Unit(kDim);
    ASSERT_THAT(index.Add(PhotoId{id}, truth[PhotoId{id}]), IsOk());
  }
  for (uint64_t id = 3; id < 1000; id += 7) {
    index.Remove(PhotoId{id});
    truth.erase(PhotoId{id});
  }
  std::vector<std::vector<float>> vectors;
  std::vector<std::vector<uint64_t>> words;
  for (const uint64_t every : {1, 2, 50, 500, 5000}) {
    vectors.push_back(random.Unit(kDim));
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
    ExpectSame((*found)[i].found, Scan(among, query, 15));
  }
}

TEST(ClusteredIndex, RefusesWrongDimensionsAndLengths) {
  ClusteredIndex index(2);
  EXPECT_THAT(index.Add(PhotoId{1}, std::vector<float>{1, 0, 0}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("3 values")));
  EXPECT_THAT(index.Add(PhotoId{1}, std::vector<float>{1, 1}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("length")));
  EXPECT_THAT(index.Search(std::vector<float>{1}, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(index.Search(std::vector<float>{NAN, 0}, 1), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(index.size(), 0u);
}

// Large enough that searches share sweeps.
TEST(ClusteredIndex, GivesEachOfManyCallersItsOwnAnswer) {
  constexpr size_t kDim = 64, kRows = 20'000, kCallers = 5;
  RandomVectors random(21);
  ClusteredIndex index(kDim, {.threads = 2});
  Vectors truth;
  for (uint64_t id = 1; id <= kRows; ++id) {
    const std::vector<float> vector = random.Unit(kDim);
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

TEST(ClusteredIndex, SearchesWhileVectorsComeAndGo) {
  constexpr uint64_t kRounds = 400;
  RandomVectors random(5);
  ClusteredIndex index(16);
  const std::vector<float> fixed = random.Unit(16);
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
    ASSERT_THAT(index.Add(PhotoId{2 + round % 50}, random.Unit(16)), IsOk());
    index.Remove(PhotoId{2 + (round + 25) % 50});
  }
  searcher.RequestStop();
  searcher.Join();
}

std::vector<float> NoUsualQuery() { return {}; }

auto InAMinute() { return std::chrono::steady_clock::now() + std::chrono::minutes(1); }

// Vectors around some middles, as a library's are.
class GroupedVectors {
 public:
  GroupedVectors(uint32_t seed, size_t dim, size_t groups) : random_(seed) {
    for (size_t i = 0; i < groups; ++i) middles_.push_back(random_.Unit(dim));
  }
  std::vector<float> Next() {
    const std::vector<float>& middle = middles_[random_.Below(middles_.size())];
    std::vector<float> vector = random_.Unit(middle.size());
    for (size_t i = 0; i < vector.size(); ++i) vector[i] = middle[i] + 0.5f * vector[i];
    return test::Normalised(std::move(vector));
  }
  RandomVectors& random() { return random_; }

 private:
  RandomVectors random_;
  std::vector<std::vector<float>> middles_;
};

TEST(ClusteredIndex, AnswersExactlyWhenAskedToBeforeWhileAndAfterItsListsAreMade) {
  constexpr size_t kDim = 32, kRows = 6000;
  GroupedVectors vectors(3, kDim, 40);
  ClusteredIndex index(kDim, {.threads = 2, .approximate_from = 4000});
  index.StartSorting(NoUsualQuery);
  Vectors truth;
  const auto check = [&] {
    const std::vector<float> query = vectors.Next();
    for (const size_t k : {size_t{1}, size_t{10}, size_t{300}}) {
      const auto found = index.Search(query, k);
      ASSERT_THAT(found, IsOk());
      ExpectSame(*found, Scan(truth, query, k));
    }
  };
  for (uint64_t step = 1; step <= kRows + 1000; ++step) {
    const PhotoId id{1 + vectors.random().Below(kRows)};
    if (step % 7 == 0) {
      index.Remove(id);
      truth.erase(id);
    } else {
      truth[PhotoId{step}] = vectors.Next();
      ASSERT_THAT(index.Add(PhotoId{step}, truth[PhotoId{step}]), IsOk());
    }
    if (step % 500 == 0) check();
  }
  ASSERT_TRUE(index.WaitUntilSorted(InAMinute()));
  const ClusteredIndex::State state = index.state();
  EXPECT_EQ(state.vectors, truth.size());
  EXPECT_GT(state.lists, 100u);
  EXPECT_TRUE(state.approximate);
  check();
  for (uint64_t id = 1; id <= kRows; id += 3) {
    index.Remove(PhotoId{id});
    truth.erase(PhotoId{id});
  }
  check();
}

TEST(ClusteredIndex, SaysWhichAnswersAreExactAndFindsNearlyAllWithoutThem) {
  constexpr size_t kDim = 32, kRows = 20'000, kQueries = 100, kBest = 10;
  GroupedVectors vectors(4, kDim, 200);
  ClusteredIndex index(kDim, {.approximate_from = kRows});
  for (uint64_t id = 1; id <= kRows; ++id) ASSERT_THAT(index.Add(PhotoId{id}, vectors.Next()), IsOk());
  EXPECT_FALSE(index.state().approximate);
  index.StartSorting(NoUsualQuery);
  ASSERT_TRUE(index.WaitUntilSorted(InAMinute()));
  ASSERT_TRUE(index.state().approximate);
  EXPECT_EQ(index.state().fresh, 0u);
  size_t same = 0, approximate = 0;
  for (size_t i = 0; i < kQueries; ++i) {
    const std::vector<float> query = vectors.Next();
    const IndexQuery asked[] = {{.vector = query, .k = kBest}, {.vector = query, .k = kBest, .exact = true}};
    const auto answers = index.SearchMany(asked);
    ASSERT_THAT(answers, IsOk());
    EXPECT_TRUE((*answers)[1].exact);
    approximate += !(*answers)[0].exact;
    ASSERT_EQ((*answers)[0].found.size(), kBest);
    for (const Neighbour& found : (*answers)[0].found) {
      same += std::ranges::count((*answers)[1].found, found.id, &Neighbour::id);
    }
  }
  EXPECT_EQ(approximate, kQueries);
  EXPECT_GE(static_cast<double>(same), 0.95 * kQueries * kBest);
}

TEST(ClusteredIndex, ComesBackWithItsListsAndWithoutTraining) {
  constexpr size_t kDim = 16, kRows = 5000;
  test::TempDir folder;
  GroupedVectors vectors(5, kDim, 50);
  const std::vector<float> query = vectors.Next();
  IndexAnswer before;
  {
    ClusteredIndex index(kDim, {.approximate_from = 1000});
    for (uint64_t id = 1; id <= kRows; ++id) ASSERT_THAT(index.Add(PhotoId{id * 3}, vectors.Next()), IsOk());
    index.StartSorting(NoUsualQuery);
    ASSERT_TRUE(index.WaitUntilSorted(InAMinute()));
    ASSERT_THAT(index.Save(folder / "rows", "model", 7), IsOk());
    ASSERT_THAT(index.SaveLists(folder / "lists", "model"), IsOk());
    const IndexQuery asked{.vector = query, .k = 20};
    before = index.SearchMany(std::span(&asked, 1))->front();
  }
  ClusteredIndex index(kDim, {.approximate_from = 1000});
  ASSERT_THAT(index.LoadLists(folder / "lists", "model"), IsOk());
  ASSERT_THAT(index.Load(folder / "rows", "model", 7), IsOk());
  const ClusteredIndex::State state = index.state();
  EXPECT_EQ(state.vectors, kRows);
  EXPECT_TRUE(state.approximate);
  EXPECT_EQ(state.sorted, 0u);
  const IndexQuery asked{.vector = query, .k = 20};
  const IndexAnswer after = index.SearchMany(std::span(&asked, 1))->front();
  EXPECT_FALSE(after.exact);
  ExpectSame(after.found, before.found);
}

// Everything at once, at sizes at which lists are trained, trained again and refilled all the time.
TEST(ClusteredIndex, AnswersWhileRowsComeAndGoAndListsAreTrainedAndSaved) {
  constexpr size_t kDim = 16;
  constexpr uint64_t kRows = 8'000, kFixed = 50;
  test::TempDir folder;
  GroupedVectors vectors(6, kDim, 60);
  ClusteredIndex index(kDim, {.threads = 2, .approximate_from = 500});
  std::vector<std::vector<float>> fixed;
  for (uint64_t id = 1; id <= kFixed; ++id) {
    fixed.push_back(vectors.Next());
    ASSERT_THAT(index.Add(PhotoId{id}, fixed.back()), IsOk());
  }
  index.StartSorting(NoUsualQuery);
  std::atomic<size_t> approximate = 0;
  std::vector<Thread> searchers;
  for (const bool exact : {true, false}) {
    searchers.emplace_back("searcher", [&, exact](const std::stop_token& stop) {
      for (size_t i = 0; !stop.stop_requested(); i = (i + 1) % kFixed) {
        const IndexQuery asked{.vector = fixed[i], .k = 5, .exact = exact};
        const auto answers = index.SearchMany(std::span(&asked, 1));
        ASSERT_THAT(answers, IsOk());
        const IndexAnswer& answer = answers->front();
        ASSERT_TRUE(std::ranges::is_sorted(answer.found, std::greater(), &Neighbour::score));
        if (answer.exact) {
          ASSERT_EQ(answer.found.front().id, PhotoId{i + 1});
        }
        approximate += !answer.exact;
      }
    });
  }
  for (uint64_t id = kFixed + 1; id <= kRows; ++id) {
    ASSERT_THAT(index.Add(PhotoId{id}, vectors.Next()), IsOk());
    if (id % 3 == 0) index.Remove(PhotoId{kFixed + 1 + vectors.random().Below(id - kFixed)});
    if (id % 2500 != 0) continue;
    ASSERT_THAT(index.Save(folder / "rows", "model", 1), IsOk());
    const Status saved = index.SaveLists(folder / "lists", "model");
    EXPECT_TRUE(saved.ok() || index.state().lists == 0) << saved.ToString();
  }
  EXPECT_TRUE(index.WaitUntilSorted(InAMinute()));
  while (approximate == 0) std::this_thread::yield();  // a searcher comes round once more
  for (Thread& searcher : searchers) searcher.RequestStop();
  for (Thread& searcher : searchers) searcher.Join();
  const size_t size = index.size();
  index.StopSorting();
  ClusteredIndex again(kDim);
  ASSERT_THAT(index.Save(folder / "rows", "model", 1), IsOk());
  ASSERT_THAT(again.Load(folder / "rows", "model", 1), IsOk());
  EXPECT_EQ(again.size(), size);
}

}  // namespace
}  // namespace fovea::indexer
