#include "base/unique_fd.h"
// label: unit

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;
using testing::HasSubstr;

TEST(UniqueFd, ClosesOnceAndMoves) {
  const test::TempDir dir;
  int raw = -1;
  {
    auto first = OpenForRead(dir.Write("a", "x"));
    ASSERT_THAT(first, IsOk());
    raw = first->get();
    UniqueFd second = *std::move(first);
    EXPECT_EQ(second.get(), raw);
  }
  EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

TEST(OpenForRead, NeverWaitsForAFifoAndRefusesFolders) {
  const test::TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(OpenForRead(dir / "pipe"), StatusIs(StatusCode::kUnsupported, HasSubstr("not a regular file")));
  EXPECT_THAT(OpenForRead(dir.path()), StatusIs(StatusCode::kUnsupported));
  EXPECT_THAT(OpenForRead("/dev/zero"), StatusIs(StatusCode::kUnsupported));
  EXPECT_THAT(OpenForRead(dir / "none"), StatusIs(StatusCode::kNotFound, HasSubstr("none")));
}

TEST(OpenForRead, FollowsLinksOnlyWhenAsked) {
  const test::TempDir dir;
  std::filesystem::create_symlink(dir.Write("file", "x"), dir / "link");
  EXPECT_THAT(OpenForRead(dir / "link", FollowLinks::kYes), IsOk());
  EXPECT_THAT(OpenForRead(dir / "link", FollowLinks::kNo), StatusIs(StatusCode::kIo));
}

TEST(ReadFile, GivesTheWholeContentUpToTheLimit) {
  const test::TempDir dir;
  const std::string bytes("a\0b", 3);
  const std::string path = dir.Write("file", bytes);
  EXPECT_THAT(ReadFile(path, 3), IsOkAndHolds(bytes));
  EXPECT_THAT(ReadFile(path, 2), StatusIs(StatusCode::kInvalidArgument, HasSubstr("3 bytes, the limit is 2")));
  EXPECT_THAT(ReadFile(dir.Write("empty", ""), 10), IsOkAndHolds(""));
}

TEST(WriteFileAtomically, ReplacesAndLeavesNothingBeside) {
  const test::TempDir dir;
  const std::string path = dir.Write("file", "old");
  EXPECT_THAT(WriteFileAtomically(path, "new"), IsOk());
  EXPECT_THAT(ReadFile(path, 10), IsOkAndHolds("new"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
  EXPECT_THAT(WriteFileAtomically(dir / "none/file", "x"), StatusIs(StatusCode::kNotFound));
}

TEST(WriteFileAtomically, KeepsTheOldFileWhenTheDiskIsFull) {
  const test::TempDir dir;
  const std::string path = dir.Write("file", "old");
  std::filesystem::create_symlink("/dev/full", path + ".tmp");
  EXPECT_THAT(WriteFileAtomically(path, "new"), StatusIs(StatusCode::kIo, HasSubstr("No space left")));
  EXPECT_THAT(ReadFile(path, 10), IsOkAndHolds("old"));
}

}  // namespace
}  // namespace fovea
