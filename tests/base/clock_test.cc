#include "base/clock.h"
// label: unit

#include <gtest/gtest.h>

namespace fovea {
namespace {

TEST(FormatUnixMs, WritesRfc3339) {
  EXPECT_EQ(FormatUnixMs(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatUnixMs(1'582'934'399'007), "2020-02-28T23:59:59.007Z");
  EXPECT_EQ(FormatUnixMs(-1), "1969-12-31T23:59:59.999Z");
}

TEST(SystemClock, NeverRunsBackwards) {
  const SystemClock clock;
  const auto first = clock.Steady();
  EXPECT_LE(first, clock.Steady());
  EXPECT_GT(clock.NowUnixMs(), 1'700'000'000'000);
}

}  // namespace
}  // namespace fovea
