// Vectors that many threads bring at once, through ClusteredIndex::FillFrom.
// label: unit
#include "indexer/row_filler.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "base/worker.h"
#include "indexer/clustered_index.h"
#include "tests/support/matchers.h"
#include "tests/support/random_vectors.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::StatusIs;
using testing::HasSubstr;

constexpr size_t kDim = 24;
constexpr size_t kVectors = 4000;
constexpr size_t kAtOnce = 40;

class RowFillerTest : public testing::Test {
 protected:
  RowFillerTest() {
    test::RandomVectors random(3);
    for (size_t i = 0; i < kVectors; ++i) {
      ids_.push_back(PhotoId{1 + i * 3});
      std::ranges::copy(random.Unit(kDim), &vectors_[i * kDim]);
    }
  }
  std::span<const float> Row(size_t i) const { return std::span(vectors_).subspan(i * kDim, kDim); }
  // Four threads, each a quarter of the portions.
  Status TakeAll(const ClusteredIndex::Take& take) const {
    constexpr size_t kThreads = 4;
    std::vector<Status> ended(kThreads);
    {
      std::vector<Thread> threads;
      for (size_t thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back("take", [&, thread](const std::stop_token&) {
          for (size_t begin = thread * kAtOnce; begin < kVectors && ended[thread].ok(); begin += kThreads * kAtOnce) {
            ended[thread] = take(std::span(ids_).subspan(begin, kAtOnce), std::span(vectors_).subspan(begin * kDim, kAtOnce * kDim));
          }
        });
      }
    }
    for (const Status& status : ended) RETURN_IF_ERROR(status);
    return Status();
  }
  Status Fill(size_t expected) {
    return index_.FillFrom([this](const ClusteredIndex::Take& take) { return TakeAll(take); }, expected);
  }
  void ExpectAllThere() const {
    EXPECT_EQ(index_.size(), kVectors);
    for (size_t i = 0; i < kVectors; i += 97) {
      const auto found = index_.Search(Row(i), 1);
      ASSERT_THAT(found, IsOk());
      EXPECT_EQ(found->front().id, ids_[i]);
      EXPECT_GT(found->front().score, 0.99999f);
    }
  }

  std::vector<PhotoId> ids_;
  std::vector<float> vectors_ = std::vector<float>(kVectors * kDim);
  ClusteredIndex index_{kDim, {.threads = 1, .approximate_from = ClusteredIndex::kNever}};
};

TEST_F(RowFillerTest, TakesWhatFourThreadsBring) {
  ASSERT_THAT(Fill(kVectors), IsOk());
  ExpectAllThere();
}

TEST_F(RowFillerTest, TakesMoreThanWereExpected) {
  ASSERT_THAT(Fill(0), IsOk());
  ExpectAllThere();
}

TEST_F(RowFillerTest, ReplacesWhatWasThere) {
  ASSERT_THAT(index_.Add(PhotoId{2}, Row(0)), IsOk());
  ASSERT_THAT(Fill(kVectors), IsOk());
  ExpectAllThere();
}

TEST_F(RowFillerTest, LeavesTheIndexEmptyWhenAPhotoComesTwice) {
  ids_[kVectors - 1] = ids_[7];
  EXPECT_THAT(Fill(kVectors), StatusIs(StatusCode::kCorrupt, HasSubstr("twice")));
  EXPECT_EQ(index_.size(), 0u);
}

TEST_F(RowFillerTest, RefusesAVectorThatIsNotOfUnitLength) {
  vectors_[1234 * kDim] += 3;
  EXPECT_THAT(Fill(kVectors), StatusIs(StatusCode::kInvalidArgument, HasSubstr("photo 3703 ")));
  EXPECT_EQ(index_.size(), 0u);
}

TEST_F(RowFillerTest, RefusesVectorsOfAnotherLength) {
  const auto take_wrong = [this](const ClusteredIndex::Take& take) { return take(std::span(ids_).first(2), std::span(vectors_).first(2 * kDim - 2)); };
  EXPECT_THAT(index_.FillFrom(take_wrong, 2), StatusIs(StatusCode::kInvalidArgument, HasSubstr("23 values, the index 24")));
}

}  // namespace
}  // namespace fovea::indexer
