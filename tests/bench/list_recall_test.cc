// How many of the ten best pictures an approximate search finds for texts, which lie elsewhere than pictures: among all, and under
// filters of every share, kept at random or as a folder keeps them. FOVEA_TEST_LONG=1: a million vectors.
// label: integration
#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>

#include "base/log.h"
#include "base/worker.h"
#include "bench/synthetic_vectors.h"
#include "indexer/clustered_index.h"
#include "tests/support/matchers.h"

namespace fovea::bench {
namespace {

using indexer::ClusteredIndex;
using indexer::IndexQuery;
using indexer::PhotoBits;
using storage::PhotoId;
using test::IsOk;

constexpr size_t kQueries = 200, kBest = 10;
constexpr double kRecall = 0.95;

bool IsLong() { return std::getenv("FOVEA_TEST_LONG") != nullptr; }

class ListRecall : public testing::Test {
 protected:
  static constexpr size_t kDim = 256;

  static void SetUpTestSuite() {
    rows_ = IsLong() ? 1'000'000 : 60'000;
    index_ = std::make_unique<ClusteredIndex>(kDim, ClusteredIndex::Options{.threads = 0, .approximate_from = rows_});
    index_->Reserve(rows_);
    std::vector<float> vector(kDim);
    for (uint64_t i = 0; i < rows_; ++i) {
      vectors_.Picture(i, vector);
      ASSERT_THAT(index_->Add(PhotoId{i + 1}, vector), IsOk());
    }
    index_->StartSorting([] {
      std::vector<float> text(kDim), mean(kDim);
      for (uint64_t i = 0; i < 24; ++i) {
        vectors_.Text(kQueries + i, text);
        for (size_t at = 0; at < kDim; ++at) mean[at] += text[at] / 24;
      }
      return mean;
    });
    ASSERT_TRUE(index_->WaitUntilSorted(std::chrono::steady_clock::now() + std::chrono::minutes(20)));
    ASSERT_TRUE(index_->state().approximate);
  }
  static void TearDownTestSuite() { index_.reset(); }

  struct Found {
    double recall = 0;
    size_t exact = 0;  // answers that say so
  };
  using MakeVector = std::function<void(uint64_t, std::span<float>)>;
  static Found Ask(const MakeVector& make, const PhotoBits* among) {
    Found found;
    size_t same = 0, all = 0;
    std::vector<float> query(kDim);
    for (uint64_t i = 0; i < kQueries; ++i) {
      make(i, query);
      const IndexQuery asked[] = {{.vector = query, .k = kBest, .among = among}, {.vector = query, .k = kBest, .among = among, .exact = true}};
      const auto answers = index_->SearchMany(asked);
      EXPECT_THAT(answers, IsOk());
      const auto& [guess, truth] = std::tie((*answers)[0], (*answers)[1]);
      EXPECT_TRUE(truth.exact);
      found.exact += guess.exact;
      all += truth.found.size();
      for (const auto& neighbour : guess.found) same += static_cast<size_t>(std::ranges::count(truth.found, neighbour.id, &indexer::Neighbour::id));
    }
    found.recall = static_cast<double>(same) / static_cast<double>(all);
    return found;
  }
  static void Text(uint64_t i, std::span<float> out) { vectors_.Text(i, out); }

  static inline const SyntheticVectors vectors_{kDim, 5};
  static inline size_t rows_ = 0;
  static inline std::unique_ptr<ClusteredIndex> index_;
};

TEST_F(ListRecall, FindsNearlyAllOfTheBestForTexts) {
  const Found found = Ask(Text, nullptr);
  std::cout << "recall@" << kBest << " among all: " << found.recall << "\n";
  EXPECT_GE(found.recall, kRecall);
  EXPECT_LT(found.exact, kQueries / 10) << "the lists are not used";
}

TEST_F(ListRecall, FindsNearlyAllOfTheBestForPictures) {
  const Found found = Ask([](uint64_t i, std::span<float> out) { vectors_.Picture(2'000'000 + i, out); }, nullptr);
  EXPECT_GE(found.recall, kRecall);
  EXPECT_LT(found.exact, kQueries / 10) << "the lists are not used";
}

TEST_F(ListRecall, HoldsUnderFiltersOfEveryShare) {
  for (const uint64_t permille : {1, 10, 30, 100, 500}) {
    for (const bool folder : {false, true}) {
      std::mt19937_64 random(permille);
      std::vector<uint64_t> bits(rows_ / 64 + 1);
      const uint64_t first = rows_ / 3;
      for (uint64_t id = 1; id <= rows_; ++id) {
        const bool kept = folder ? id >= first && id - first < rows_ * permille / 1000 : random() % 1000 < permille;
        bits[id / 64] |= uint64_t{kept} << id % 64;
      }
      const PhotoBits among(bits);
      const std::string which = StrCat(permille, " of 1000, ", folder ? "one folder" : "at random");
      const double recall = Ask(Text, &among).recall;
      std::cout << "recall@" << kBest << " among " << which << ": " << recall << "\n";
      EXPECT_GE(recall, kRecall) << which;
    }
  }
}

}  // namespace
}  // namespace fovea::bench
