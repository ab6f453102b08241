// Which names fovea takes.
// label: unit
#include "indexer/path_rules.h"

#include <gtest/gtest.h>

namespace fovea::indexer {
namespace {

TEST(PathRules, TakePicturesByTheirExtensionInAnyCaseAndFilesWithoutOne) {
  for (const char* name : {"a.jpg", "a.JPEG", "a.b.Png", "IMG_1", "a.tif", "a.TIFF", "a.heic", "a.avif", "a.jxl", "a.webp", "a.gif", "a.jfif"}) {
    EXPECT_TRUE(IsPictureName(name)) << name;
  }
  for (const char* name : {"", ".jpg", ".a.jpg", "a.txt", "a.jpg~", "a.jpg.part", "a.mp4", "Thumbs.db", "a.", "a.svg", "a.pdf"}) {
    EXPECT_FALSE(IsPictureName(name)) << name;
  }
}

TEST(PathRules, PassOverHiddenAndServiceFoldersOnTheWholeWay) {
  EXPECT_TRUE(IsPicturePath("a/b.c/d.jpg"));
  EXPECT_TRUE(IsPicturePath("d.jpg"));
  for (const char* path : {".git/d.jpg", "a/.b/d.jpg", "a/@eaDir/d.jpg", "lost+found/d", "a/d.txt", "a/", ""}) EXPECT_FALSE(IsPicturePath(path)) << path;
}

TEST(PathRules, JoinPathsWithoutALeadingSlash) {
  EXPECT_EQ(JoinPath("", "a"), "a");
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
}

}  // namespace
}  // namespace fovea::indexer
