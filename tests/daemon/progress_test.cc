// How progress reads.
// label: unit
#include "daemon/progress.h"

#include <gtest/gtest.h>

namespace fovea::daemon {
namespace {

TEST(Progress, SaysHowFarHowFastHowLong) {
  EXPECT_EQ(DescribeProgress({.done = 450, .failed = 3, .total = 1000, .rate = 82.4, .eta_s = 6.7, .running = true}),
            "450 of 1000 pictures, 82/s, 7 s left, 3 failed");
}

TEST(Progress, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(DescribeProgress({.done = 12, .running = true}), "12 pictures");
  EXPECT_EQ(DrawProgress({.done = 12, .running = true}), "12 pictures") << "no bar without a total";
}

TEST(Progress, DrawsABarThatNeverOverflows) {
  EXPECT_EQ(DrawProgress({.done = 0, .total = 4, .running = true}).substr(0, 34), "[........................]   0 %  ");
  EXPECT_EQ(DrawProgress({.done = 4, .total = 4, .running = true}).substr(0, 34), "[########################] 100 %  ");
  EXPECT_EQ(DrawProgress({.done = 9, .total = 4, .running = true}).substr(0, 34), "[########################] 100 %  ");
}

TEST(Progress, SpeaksOfSecondsMinutesAndHours) {
  EXPECT_EQ(DescribeSeconds(-1), "0 s");
  EXPECT_EQ(DescribeSeconds(6.2), "7 s");
  EXPECT_EQ(DescribeSeconds(432), "7 min 12 s");
  EXPECT_EQ(DescribeSeconds(3900), "1 h 05 min");
}

}  // namespace
}  // namespace fovea::daemon
