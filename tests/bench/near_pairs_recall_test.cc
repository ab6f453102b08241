// FindNearPairs on made-up CLIP-like vectors with planted copies and bursts: which share of all near pairs the lists find.
// label: integration
#include "indexer/near_pairs.h"

#include <gmock/gmock.h>

#include <set>

#include "bench/planted_duplicates.h"
#include "tests/support/matchers.h"

namespace fovea::bench {
namespace {

using indexer::CodedVectors;
using indexer::FindNearPairs;
using indexer::NearPair;
using indexer::QuietTeam;
using storage::PhotoId;
using test::IsOk;

constexpr size_t kPhotos = 20'000, kDim = 512;
constexpr float kLevel = 0.94f;

using Pairs = std::set<std::pair<uint32_t, uint32_t>>;

class NearPairsRecall : public testing::Test {
 protected:
  void SetUp() override {
    rows_.resize(kPhotos * kDim);
    for (uint64_t photo = 0; photo < kPhotos; ++photo) {
      planted_.File(photo, std::span(rows_).subspan(photo * kDim, kDim));
      coded_.Add(PhotoId{photo + 1}, std::span(rows_).subspan(photo * kDim, kDim));
    }
  }
  Pairs Find(size_t lists) {
    const indexer::NearPairsRequest request{.levels = {kLevel}, .lists = {.lists = lists}, .vector = [this](PhotoId id) -> Result<std::vector<float>> {
      const auto begin = rows_.begin() + static_cast<ptrdiff_t>((id.value - 1) * kDim);
      return std::vector<float>(begin, begin + kDim);
    }};
    const auto pairs = FindNearPairs(coded_, request, QuietTeam({}));
    EXPECT_THAT(pairs, IsOk());
    Pairs places;
    for (const NearPair& pair : pairs.value_or(std::vector<NearPair>())) places.emplace(pair.a, pair.b);
    return places;
  }
  const PlantedDuplicates planted_{kDim, 4};
  std::vector<float> rows_;
  CodedVectors coded_{kDim};
};

TEST_F(NearPairsRecall, FindsNearlyAllPairsThatABruteForceFinds) {
  const Pairs all = Find(1), found = Find(0);
  ASSERT_GT(all.size(), 4000u);
  size_t both = 0;
  for (const auto& pair : all) both += found.count(pair);
  const double recall = static_cast<double>(both) / static_cast<double>(all.size());
  RecordProperty("recall", std::to_string(recall));
  EXPECT_GE(recall, 0.98) << all.size() << " pairs";
  EXPECT_EQ(both, found.size()) << "a pair that brute force does not know";
  size_t copies = 0, known = 0;
  for (uint32_t photo = 0; photo < kPhotos; ++photo) {
    if (!planted_.IsCopy(photo)) continue;
    ++copies;
    known += found.count({static_cast<uint32_t>(planted_.SourceOf(photo)), photo});
  }
  EXPECT_GE(static_cast<double>(known), 0.99 * static_cast<double>(copies));
}

}  // namespace
}  // namespace fovea::bench
