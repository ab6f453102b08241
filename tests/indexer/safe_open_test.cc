// OpenBeneath: nothing outside the root is opened.
// label: unit
#include "indexer/safe_open.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::StatusIs;
using test::TempDir;

TEST(OpenBeneath, OpensRegularFilesInFolders) {
  const TempDir root;
  root.Write("a/b/c.jpg", "hello");
  const auto fd = OpenBeneath(root.path(), "a/b/c.jpg");
  ASSERT_THAT(fd, IsOk());
  EXPECT_EQ(*ReadAll(fd->get(), 100), "hello");
}

TEST(OpenBeneath, RefusesLinksAtEveryStep) {
  const TempDir root;
  const TempDir outside;
  outside.Write("secret.jpg", "x");
  root.Write("real/p.jpg", "y");
  std::filesystem::create_symlink(outside / "secret.jpg", root / "file-link.jpg");
  std::filesystem::create_directory_symlink(outside.path(), root / "folder-link");
  std::filesystem::create_directory_symlink("real", root / "inner-link");
  EXPECT_THAT(OpenBeneath(root.path(), "file-link.jpg"), StatusIs(StatusCode::kUnsupported));
  EXPECT_FALSE(OpenBeneath(root.path(), "folder-link/secret.jpg").has_value());
  EXPECT_FALSE(OpenBeneath(root.path(), "inner-link/p.jpg").has_value());
}

TEST(OpenBeneath, RefusesWaysOut) {
  const TempDir root;
  root.Write("a.jpg", "x");
  for (const char* path : {"../a.jpg", "b/../a.jpg", "./a.jpg", "/a.jpg", "a.jpg/", "", ".", ".."}) {
    EXPECT_THAT(OpenBeneath(root.path(), path), testing::Not(IsOk())) << path;
  }
}

TEST(OpenBeneath, DoesNotWaitForPipesNorOpenFolders) {
  const TempDir root;
  ASSERT_EQ(::mkfifo((root / "pipe.jpg").c_str(), 0600), 0);
  std::filesystem::create_directory(root / "folder.jpg");
  EXPECT_THAT(OpenBeneath(root.path(), "pipe.jpg"), StatusIs(StatusCode::kUnsupported));
  EXPECT_THAT(OpenBeneath(root.path(), "folder.jpg"), StatusIs(StatusCode::kUnsupported));
  EXPECT_THAT(OpenBeneath(root.path(), "none.jpg"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(OpenBeneath(root / "gone", "a.jpg"), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace fovea::indexer
