#include "api/parameters.h"
// label: unit

#include <gmock/gmock.h>

namespace fovea::api {
namespace {

constexpr IntegerRange kRange{.min = 1, .max = 1000, .otherwise = 50};

Answer<int64_t> K(const std::string& value) { return IntegerParameter({.query = {{"k", value}}}, "k", kRange); }

TEST(Parameters, ReadsIntegersWithinTheirRange) {
  EXPECT_EQ(IntegerParameter({}, "k", kRange), 50);
  EXPECT_EQ(K("1"), 1);
  EXPECT_EQ(K("1000"), 1000);
  EXPECT_EQ(K("007"), 7);
}

TEST(Parameters, NamesTheParameterThatIsWrong) {
  for (const char* value : {"0", "-1", "1000000000", "1001", "99999999999999999999", "-99999999999999999999"}) {
    const auto answer = K(value);
    ASSERT_FALSE(answer) << value;
    EXPECT_EQ(answer.error().fault, Fault::kOutOfRange) << value;
    EXPECT_EQ(answer.error().parameter, "k");
    EXPECT_EQ(answer.error().pointer, "/k");
  }
  for (const char* value : {"abc", "", "-", "1.5", "1e3", " 1", "1 ", "+1", "0x10", "１"}) {
    const auto answer = K(value);
    ASSERT_FALSE(answer) << value;
    EXPECT_EQ(answer.error().fault, Fault::kWrongType) << value;
  }
}

TEST(Parameters, CutsLongValuesInMessagesBetweenCharacters) {
  std::string value = "a";
  for (int i = 0; i < 1000; ++i) value += "山";
  const auto answer = K(value);
  ASSERT_FALSE(answer);
  EXPECT_LT(answer.error().detail.size(), 100U);
  EXPECT_THAT(answer.error().detail, testing::HasSubstr("山…\""));
}

TEST(Parameters, RefusesUnknownAndRepeatedOnes) {
  EXPECT_TRUE(OnlyParameters({.query = {{"q", "a"}, {"k", "1"}}}, {"q", "k"}));
  const auto unknown = OnlyParameters({.query = {{"q", "a"}, {"K", "1"}}}, {"q", "k"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().fault, Fault::kUnknownField);
  EXPECT_EQ(unknown.error().parameter, "K");
  const auto repeated = OnlyParameters({.query = {{"k", "2"}, {"k", "1"}}}, {"k"});
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().fault, Fault::kInvalidArgument);
}

TEST(Parameters, TellsIdsThatCannotBeFromThoseThatAreNone) {
  EXPECT_EQ(IdOf({.id = "12"}, 100, "photo"), 12U);
  for (const char* id : {"0", "101", "-1", "99999999999999999999"}) EXPECT_EQ(IdOf({.id = id}, 100, "photo").error().fault, Fault::kNotFound) << id;
  for (const char* id : {"x", "1x", "1.0"}) EXPECT_EQ(IdOf({.id = id}, 100, "photo").error().fault, Fault::kWrongType) << id;
}

}  // namespace
}  // namespace fovea::api
