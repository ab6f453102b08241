// ClusteredIndex where memory is short: parts of it lie in files, and nothing else changes.
// label: unit
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "indexer/clustered_index.h"
#include "tests/support/matchers.h"
#include "tests/support/random_vectors.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::Normalised;
using test::TempDir;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr size_t kDim = 48;
constexpr size_t kVectors = 6000;

std::vector<float> VectorOf(uint64_t seed) { return Normalised(test::RandomVectors(seed).Values(kDim, static_cast<float>(seed % 7))); }

void AddTo(ClusteredIndex& index, uint64_t first, uint64_t end) {
  for (uint64_t id = first; id < end; ++id) ASSERT_THAT(index.Add(PhotoId{id}, VectorOf(id)), IsOk());
}

void ExpectSameAnswers(const ClusteredIndex& one, const ClusteredIndex& other) {
  for (uint64_t seed = 1'000'000; seed < 1'000'010; ++seed) {
    const std::vector<float> query = VectorOf(seed);
    for (const bool exact : {true, false}) {
      const IndexQuery asked{.vector = query, .k = 20, .exact = exact};
      const auto a = one.SearchMany(std::span(&asked, 1)), b = other.SearchMany(std::span(&asked, 1));
      ASSERT_TRUE(a && b);
      ASSERT_EQ(a->front().found.size(), 20u);
      for (size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(a->front().found[i].id, b->front().found[i].id);
        EXPECT_EQ(a->front().found[i].score, b->front().found[i].score);
      }
    }
  }
}

class ClusteredIndexMemory : public testing::Test {
 protected:
  ClusteredIndex::Options WithRoomFor(uint64_t bytes) const { return {.approximate_from = 1000, .overflow_folder = folder_.path(), .memory_bytes = bytes}; }
  const TempDir folder_;
  const uint64_t all_ = MemoryFor(MemoryKind::kAll, kVectors, kDim), codes_ = MemoryFor(MemoryKind::kCodes, kVectors, kDim);
};

TEST_F(ClusteredIndexMemory, AnswersTheSameWhateverLiesInFiles) {
  ClusteredIndex whole(kDim, WithRoomFor(all_)), codes(kDim, WithRoomFor(all_ - 1)), none(kDim, WithRoomFor(codes_ - 1));
  for (ClusteredIndex* index : {&whole, &codes, &none}) {
    index->Reserve(kVectors);
    AddTo(*index, 1, kVectors);
    for (uint64_t id = 3; id < kVectors; id += 5) index->Remove(PhotoId{id});
    index->StartSorting([] { return std::vector<float>(); });
    ASSERT_TRUE(index->WaitUntilSorted(std::chrono::steady_clock::now() + std::chrono::seconds(60)));
  }
  EXPECT_EQ(whole.state().memory, MemoryKind::kAll);
  EXPECT_THAT(whole.state().memory_reason, IsEmpty());
  EXPECT_EQ(codes.state().memory, MemoryKind::kCodes);
  EXPECT_THAT(codes.state().memory_reason, HasSubstr("6000 vectors take 1 MB"));
  EXPECT_EQ(none.state().memory, MemoryKind::kNone);
  EXPECT_TRUE(none.state().approximate);
  ExpectSameAnswers(whole, codes);
  ExpectSameAnswers(whole, none);
}

TEST_F(ClusteredIndexMemory, LeavesMemoryPartByPartAsItGrows) {
  ClusteredIndex whole(kDim), growing(kDim, WithRoomFor(all_));
  std::vector<MemoryKind> kinds;
  for (uint64_t first = 1; first < 6 * kVectors; first += 1000) {
    AddTo(whole, first, first + 1000);
    AddTo(growing, first, first + 1000);
    if (kinds.empty() || kinds.back() != growing.state().memory) kinds.push_back(growing.state().memory);
    ExpectSameAnswers(whole, growing);
  }
  EXPECT_THAT(kinds, testing::ElementsAre(MemoryKind::kAll, MemoryKind::kCodes, MemoryKind::kNone));
}

TEST_F(ClusteredIndexMemory, ComesBackFromItsSnapshotIntoFiles) {
  ClusteredIndex whole(kDim);
  AddTo(whole, 1, kVectors);
  ASSERT_THAT(whole.Save(folder_ / "snapshot", "model", 1), IsOk());
  ClusteredIndex codes(kDim, WithRoomFor(codes_));
  ASSERT_THAT(codes.Load(folder_ / "snapshot", "model", 1), IsOk());
  EXPECT_EQ(codes.state().memory, MemoryKind::kCodes);
  ExpectSameAnswers(whole, codes);
  ASSERT_THAT(codes.Save(folder_ / "again", "model", 2), IsOk());
  ClusteredIndex again(kDim);
  ASSERT_THAT(again.Load(folder_ / "again", "model", 2), IsOk());
  ExpectSameAnswers(whole, again);
}

TEST_F(ClusteredIndexMemory, StaysInMemoryWhereNoFileCanBeMade) {
  ClusteredIndex::Options options = WithRoomFor(1);
  options.overflow_folder = folder_ / "missing";
  ClusteredIndex index(kDim, options), whole(kDim);
  AddTo(index, 1, 1000);
  AddTo(whole, 1, 1000);
  EXPECT_EQ(index.state().memory, MemoryKind::kAll);
  EXPECT_THAT(index.state().memory_reason, HasSubstr("they stay in memory: "));
  ExpectSameAnswers(whole, index);
}

TEST_F(ClusteredIndexMemory, ComesBackIntoMemoryWhenItsFileCannotGrow) {
  ClusteredIndex index(kDim, WithRoomFor(1)), whole(kDim);
  AddTo(index, 1, 2000);
  AddTo(whole, 1, 4 * kVectors);
  ASSERT_EQ(index.state().memory, MemoryKind::kNone);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = size_t{1} << 20, .rlim_max = before.rlim_max};
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  AddTo(index, 2000, 4 * kVectors);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(index.state().memory, MemoryKind::kAll);
  ExpectSameAnswers(whole, index);
}

}  // namespace
}  // namespace fovea::indexer
