// How a pull's progress is counted and reads.
// label: unit
#include "daemon/pull/pull_meter.h"

#include <gmock/gmock.h>

namespace fovea::daemon {
namespace {

constexpr uint64_t kMiB = 1 << 20;

TEST(PullMeter, SaysHowFarHowFastHowLong) {
  const PullFigures figures{.name = "x", .file = "model.safetensors", .done_bytes = 270 * kMiB, .total_bytes = 605 * kMiB, .rate = 12.3 * kMiB, .left_s = 27.2};
  EXPECT_EQ(DescribePull(figures), "270 of 605 MiB, 12.3 MiB/s, 28 s left, model.safetensors");
  EXPECT_EQ(DrawPull(figures), "[##########..............]  44 %  270 of 605 MiB, 12.3 MiB/s, 28 s left, model.safetensors");
}

TEST(PullMeter, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(DescribePull({.name = "x", .file = "a.pt", .done_bytes = kMiB / 2}), "0.5 MiB, a.pt");
  EXPECT_EQ(DescribePull({.name = "x", .file = "a.pt", .checking = true, .done_bytes = kMiB, .total_bytes = kMiB, .rate = 3 * kMiB}), "1.0 of 1.0 MiB, checking a.pt");
}

TEST(PullMeter, CountsWhatWasThereAsDoneButNotAsSpeed) {
  const PullMeter::Time start{};
  PullMeter meter("x");
  meter.AddToTotal(100 * kMiB);
  meter.BeginFile("b", 10 * kMiB, 40 * kMiB);
  EXPECT_EQ(meter.figures().done_bytes, 50 * kMiB);
  EXPECT_EQ(meter.figures().rate, 0);
  meter.AddReceived(0, start);
  for (int second = 1; second <= 20; ++second) meter.AddReceived(second <= 10 ? 2 * kMiB : kMiB, start + std::chrono::seconds(second));
  EXPECT_EQ(meter.figures().done_bytes, 80 * kMiB);
  EXPECT_NEAR(meter.figures().rate, 1.0 * kMiB, 0.05 * kMiB) << "the speed of the last seconds, not of the whole time";
  EXPECT_NEAR(*meter.figures().left_s, 20, 1);
}

}  // namespace
}  // namespace fovea::daemon
