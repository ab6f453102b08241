// MakeUnit and its friends.
// label: unit
#include "indexer/unit_vector.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/support/matchers.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::StatusIs;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

TEST(MakeUnit, DividesByTheLength) {
  std::vector<float> vector = {3, 0, -4};
  ASSERT_THAT(MakeUnit(vector), IsOk());
  EXPECT_THAT(vector, ElementsAre(FloatEq(0.6f), FloatEq(0), FloatEq(-0.8f)));
}

TEST(MakeUnit, KeepsTheDirectionOfTinyAndHugeValues) {
  std::vector<float> tiny = {3e-30f, 4e-30f};
  ASSERT_THAT(MakeUnit(tiny), IsOk());
  EXPECT_THAT(tiny, ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
  std::vector<float> huge = {3e30f, 4e30f};
  ASSERT_THAT(MakeUnit(huge), IsOk());
  EXPECT_THAT(huge, ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
}

TEST(MakeUnit, RefusesWhatHasNoDirectionAndLeavesItAlone) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> zero = {0, 0};
  EXPECT_THAT(MakeUnit(zero), StatusIs(StatusCode::kInvalidArgument, HasSubstr("zero")));
  std::vector<float> with_nan = {2, nan};
  EXPECT_THAT(MakeUnit(with_nan), StatusIs(StatusCode::kInvalidArgument, HasSubstr("not finite")));
  EXPECT_EQ(with_nan[0], 2);
  std::vector<float> with_infinity = {2, infinity};
  EXPECT_THAT(MakeUnit(with_infinity), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(MakeUnit(std::span<float>()), StatusIs(StatusCode::kInvalidArgument));
}

TEST(MakeUnitRows, NamesTheRowWithoutDirection) {
  encoder::Features features{.rows = 2, .dim = 2, .values = {1, 1, 0, 0}};
  EXPECT_THAT(MakeUnitRows(features), StatusIs(StatusCode::kInvalidArgument, HasSubstr("row 1")));
}

}  // namespace
}  // namespace fovea::indexer
