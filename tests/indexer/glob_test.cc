// label: unit
#include "indexer/glob.h"

#include <gtest/gtest.h>

namespace fovea::indexer {
namespace {

TEST(Glob, StaysWithinANameUnlessToldToCross) {
  EXPECT_TRUE(GlobMatches("/a/*.jpg", "/a/b.jpg"));
  EXPECT_TRUE(GlobMatches("/a/*", "/a/"));
  EXPECT_FALSE(GlobMatches("/a/*.jpg", "/a/b/c.jpg"));
  EXPECT_FALSE(GlobMatches("/a/*.jpg", "/a/b.jpeg"));
  EXPECT_TRUE(GlobMatches("/a/**.jpg", "/a/b/c.jpg"));
  EXPECT_TRUE(GlobMatches("/a/**/c.jpg", "/a/b/x/c.jpg"));
  EXPECT_TRUE(GlobMatches("/a/**/c.jpg", "/a/c.jpg"));
  EXPECT_FALSE(GlobMatches("/a/**/c.jpg", "/a/bc.jpg"));
  EXPECT_TRUE(GlobMatches("**/IMG_????.jpg", "/2019/x/IMG_1234.jpg"));
  EXPECT_FALSE(GlobMatches("**/IMG_????.jpg", "/2019/x/IMG_12/4.jpg"));
}

TEST(Glob, KnowsClasses) {
  EXPECT_TRUE(GlobMatches("/20[12][0-9]/*", "/2019/a"));
  EXPECT_FALSE(GlobMatches("/20[12][0-9]/*", "/2039/a"));
  EXPECT_TRUE(GlobMatches("/[!b]x", "/ax"));
  EXPECT_FALSE(GlobMatches("/[!b]x", "/bx"));
  EXPECT_FALSE(GlobMatches("/a[!b]x", "/a/x"));
  EXPECT_TRUE(GlobMatches("/[]]", "/]"));
  EXPECT_TRUE(GlobMatches("/a[b", "/a[b")) << "never closed";
  EXPECT_FALSE(GlobMatches("/a[b", "/ab"));
}

TEST(Glob, TakesNoLongerForManyStars) {
  const std::string pattern(2000, '*'), path(20'000, 'a');
  EXPECT_TRUE(GlobMatches(pattern, path));
  std::string evil;
  for (int i = 0; i < 40; ++i) evil += "*a";
  EXPECT_FALSE(GlobMatches(evil + "b", std::string(4000, 'a')));
}

TEST(Glob, KnowsWhatEveryMatchBeginsWith) {
  EXPECT_EQ(FixedPartOf("/a/b/*.jpg"), "/a/b");
  EXPECT_EQ(FixedPartOf("/a/b?/c"), "/a");
  EXPECT_EQ(FixedPartOf("**/c"), "");
  EXPECT_EQ(FixedPartOf("/a/b.jpg"), "/a");
}

}  // namespace
}  // namespace fovea::indexer
