#include "base/side_by_side.h"
// label: unit

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <vector>

#include "base/mutex.h"
#include "tests/support/matchers.h"

namespace fovea {
namespace {

using test::IsOk;
using test::StatusIs;

TEST(WorkSideBySide, HandsOutEachPartOnce) {
  std::vector<std::atomic<int>> taken(1000);
  std::atomic<int> runs = 0;
  EXPECT_THAT(WorkSideBySide("part", 4, taken.size(), [&](const NextPart& next) {
                ++runs;
                while (const auto part = next()) ++taken[*part];
                return Status();
              }), IsOk());
  EXPECT_EQ(runs, 4);
  for (const auto& count : taken) EXPECT_EQ(count, 1);
}

TEST(WorkSideBySide, UsesTheCallersThreadAloneForOnePartOrNone) {
  for (const size_t parts : {0u, 1u}) {
    size_t got = 0;
    EXPECT_THAT(WorkSideBySide("part", 4, parts, [&](const NextPart& next) {
                  while (next()) ++got;  // no lock: one thread
                  return Status();
                }), IsOk());
    EXPECT_EQ(got, parts);
  }
}

TEST(WorkSideBySide, EndsWithTheFirstErrorAndHandsOutNoMore) {
  std::atomic<size_t> taken = 0;
  const Status status = WorkSideBySide("part", 2, 1'000'000, [&](const NextPart& next) -> Status {
    while (const auto part = next()) {
      if (++taken == 10) return IoError("the tenth");
    }
    return {};
  });
  EXPECT_THAT(status, StatusIs(StatusCode::kIo, testing::HasSubstr("the tenth")));
  EXPECT_LT(taken, 1'000'000u);
}

}  // namespace
}  // namespace fovea
