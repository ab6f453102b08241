// How many rows a run may take: bounded by time and by memory.
// label: unit
#include "encoder/row_limit.h"

#include <gtest/gtest.h>

namespace fovea::encoder {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr RowLimit::Options kOptions{.most = 32, .longest = milliseconds(250)};

void RunAt(RowLimit& limit, double seconds_per_row, int runs) {
  for (int i = 0; i < runs; ++i) limit.Ran(limit.rows(), duration<double>(seconds_per_row * static_cast<double>(limit.rows())));
}

TEST(RowLimit, BeginsWithFewAndSettlesOnWhatFitsTheTime) {
  RowLimit limit(kOptions);
  EXPECT_EQ(limit.rows(), 4u);
  RunAt(limit, 0.025, 20);
  EXPECT_NEAR(static_cast<double>(limit.rows()), 10, 1);
  EXPECT_EQ(limit.RowsWithin(milliseconds(60)), 2u);
  RunAt(limit, 0.0001, 20);
  EXPECT_EQ(limit.rows(), 32u) << "never more than the most";
  RunAt(limit, 4.0, 20);
  EXPECT_EQ(limit.rows(), 1u) << "never none";
}

TEST(RowLimit, SoonForgetsASlowFirstRun) {
  RowLimit limit(kOptions);
  limit.Ran(4, duration<double>(3));
  RunAt(limit, 0.001, 12);
  EXPECT_EQ(limit.rows(), 32u);
}

TEST(RowLimit, IsNotMisledByALoneRowAmongFullRuns) {
  RowLimit limit(kOptions);
  RunAt(limit, 0.01, 20);
  const size_t before = limit.rows();
  limit.Ran(1, duration<double>(0.03));
  EXPECT_GE(limit.rows(), before - 2);
}

TEST(RowLimit, HalvesWhenMemoryRunsOutDownToOne) {
  RowLimit limit(kOptions);
  EXPECT_TRUE(limit.RanOutOfMemory(32));
  EXPECT_EQ(limit.fits(), 16u);
  EXPECT_TRUE(limit.RanOutOfMemory(16));
  EXPECT_TRUE(limit.RanOutOfMemory(8));
  EXPECT_TRUE(limit.RanOutOfMemory(4));
  EXPECT_TRUE(limit.RanOutOfMemory(2));
  EXPECT_EQ(limit.fits(), 1u);
  EXPECT_FALSE(limit.RanOutOfMemory(1));
}

// The device holds 20 rows; the limit goes there and stays below or just above, with ever fewer tries to pass it.
TEST(RowLimit, GrowsAgainCarefully) {
  RowLimit limit(kOptions);
  RunAt(limit, 0.0001, 20);
  int out_of_memory = 0;
  int last = 0;
  for (int run = 0; run < 10'000; ++run) {
    const size_t rows = limit.rows();
    if (rows > 20) {
      ASSERT_TRUE(limit.RanOutOfMemory(rows));
      ++out_of_memory;
      last = run;
    } else {
      limit.Ran(rows, duration<double>(0.0001));
    }
    ASSERT_GE(limit.fits(), 16u);
  }
  EXPECT_GE(limit.rows(), 18u);
  EXPECT_GE(out_of_memory, 3) << "it has tried again";
  EXPECT_LE(out_of_memory, 10) << "but not often: the last time was run " << last;
}

TEST(RowLimit, GrowsBackToTheMostOnceMemoryIsFree) {
  RowLimit limit(kOptions);
  RunAt(limit, 0.0001, 20);
  ASSERT_TRUE(limit.RanOutOfMemory(32));
  RunAt(limit, 0.0001, 63);
  EXPECT_EQ(limit.fits(), 16u) << "kept for a while";
  RunAt(limit, 0.0001, 1000);
  EXPECT_EQ(limit.fits(), 32u);
}

}  // namespace
}  // namespace fovea::encoder
