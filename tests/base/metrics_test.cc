#include "base/metrics.h"
// label: unit

#include <gmock/gmock.h>

namespace fovea {
namespace {

using testing::HasSubstr;

TEST(Metrics, GivesTheSameMetricForTheSameNameAndLabels) {
  Metrics metrics;
  metrics.GetCounter("photos_total", "Photos.", {{"state", "ok"}}).Add(2);
  metrics.GetCounter("photos_total", "Photos.", {{"state", "ok"}}).Add();
  metrics.GetCounter("photos_total", "Photos.", {{"state", "bad"}}).Add();
  EXPECT_EQ(metrics.GetCounter("photos_total", "Photos.", {{"state", "ok"}}).value(), 3);
  EXPECT_THAT(metrics.Text(), HasSubstr("photos_total{state=\"ok\"} 3"));
  EXPECT_THAT(metrics.Text(), HasSubstr("photos_total{state=\"bad\"} 1"));
}

TEST(Metrics, WritesGaugesAndHistograms) {
  Metrics metrics;
  Gauge& depth = metrics.GetGauge("queue_depth", "Items.");
  depth.Set(5);
  depth.Add(-2);
  EXPECT_EQ(depth.value(), 3);
  { const ScopedTimer timer(metrics.GetHistogram("work_seconds", "Work.")); }
  EXPECT_THAT(metrics.Text(), HasSubstr("queue_depth 3"));
  EXPECT_THAT(metrics.Text(), HasSubstr("work_seconds_count 1"));
  EXPECT_THAT(metrics.Text(), HasSubstr("# TYPE work_seconds histogram"));
}

}  // namespace
}  // namespace fovea
