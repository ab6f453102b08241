#include "api/url.h"
// label: unit

#include <gmock/gmock.h>

namespace fovea::api {
namespace {

TEST(Url, SplitsPathAndParameters) {
  const auto target = ParseTarget("/v1/search?q=a+dog%20%C3%BC&k=3&&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/search");
  ASSERT_EQ(target->query.size(), 3U);
  EXPECT_EQ(target->query[0].name, "q");
  EXPECT_EQ(target->query[0].value, "a dog ü");
  EXPECT_EQ(target->query[1].value, "3");
  EXPECT_EQ(target->query[2].name, "flag");
  EXPECT_EQ(target->query[2].value, "");
}

TEST(Url, KeepsPlusAndDecodesPercentInPaths) {
  const auto target = ParseTarget("/a+b%2Fc");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a+b/c");
}

TEST(Url, TakesTheFormThatProxiesSend) {
  EXPECT_EQ(ParseTarget("http://localhost:8642/v1/status?x=1")->path, "/v1/status");
  EXPECT_EQ(ParseTarget("http://localhost")->path, "/");
  EXPECT_EQ(ParseTarget("*")->path, "*");
}

TEST(Url, RefusesBrokenSequencesWithTheirName) {
  for (const char* text : {"/s?q=%", "/s?q=%2", "/s?q=%zz", "/s?q=%2x"}) {
    const auto target = ParseTarget(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().fault, Fault::kInvalidEncoding);
    EXPECT_EQ(target.error().parameter, "q");
    EXPECT_EQ(target.error().pointer, "/q");
  }
  EXPECT_EQ(ParseTarget("/s?q=%FF").error().fault, Fault::kInvalidUtf8);
  EXPECT_EQ(ParseTarget("/%FF").error().fault, Fault::kInvalidUtf8);
  EXPECT_EQ(ParseTarget("/%").error().fault, Fault::kInvalidEncoding);
  EXPECT_EQ(ParseTarget("v1/search").error().fault, Fault::kInvalidRequest);
}

TEST(Url, EncodesAllThatIsNotPlain) { EXPECT_EQ(EncodePercent("a b\"ü\r\n~.jpg"), "a%20b%22%C3%BC%0D%0A~.jpg"); }

}  // namespace
}  // namespace fovea::api
