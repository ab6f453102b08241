// Library: adding and removing roots.
// label: integration
#include <gmock/gmock.h>

#include <filesystem>

#include "indexer/library.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::MakePicture;
using test::RunningLibrary;
using test::StatusIs;
using test::TempDir;
using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(LibraryRoots, TakesOnlyFoldersThatExistAndDoNotOverlap) {
  RunningLibrary running;
  fs::create_directories(running.pictures() / "inner");
  running.Start();
  Library& library = running.library();
  const auto parent = fs::path(running.pictures().path()).parent_path().string();
  EXPECT_THAT(library.AddRoot(running.pictures().path()), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(library.AddRoot(running.pictures().path() + "/"), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(library.AddRoot(running.pictures() / "inner/../inner"), StatusIs(StatusCode::kInvalidArgument, HasSubstr("lies in the root")));
  EXPECT_THAT(library.AddRoot(parent), StatusIs(StatusCode::kInvalidArgument, HasSubstr("lies in it")));
  EXPECT_THAT(library.AddRoot("/no/such/folder"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(library.AddRoot("relative"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(library.AddRoot(""), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(library.AddRoot(running.pictures().Write("file.txt", "x")), StatusIs(StatusCode::kInvalidArgument, HasSubstr("not a folder")));
  EXPECT_THAT(library.AddRoot(running.data().path()), StatusIs(StatusCode::kInvalidArgument, HasSubstr("store")));
  const TempDir beside;
  EXPECT_THAT(library.AddRoot(beside.path()), IsOk());
}

TEST(LibraryRoots, ScansARootThatIsAddedWhileItRuns) {
  RunningLibrary running;
  running.Start();
  running.WaitIdle();
  const TempDir second;
  second.Write("x/a.jpg", MakePicture({.seed = 5}));
  const auto root = running.library().AddRoot(second.path());
  ASSERT_THAT(root, IsOk());
  running.WaitIdle();
  EXPECT_EQ(running.library().GetStatus().photos, 1u);
  const auto roots = running.library().Roots();
  ASSERT_EQ(roots.size(), 2u);
  EXPECT_EQ(roots[1].photos, 1u);
}

TEST(LibraryRoots, RemovesARootWithItsPhotosButNotWhatAnotherRootHasToo) {
  RunningLibrary running;
  const std::string shared = running.Write("shared.png", 1);
  running.Write("own.png", 2);
  running.Start();
  running.WaitIdle();
  const TempDir second;
  second.Write("copy.png", shared);
  ASSERT_THAT(running.library().AddRoot(second.path()), IsOk());
  running.WaitIdle();
  ASSERT_THAT(running.library().RemoveRoot(running.root()), IsOk());
  running.WaitIdle();
  const auto status = running.library().GetStatus();
  EXPECT_EQ(status.photos, 1u);
  EXPECT_EQ(status.vectors, 1u);
  EXPECT_EQ(status.roots.size(), 1u);
  const auto answer = running.library().Search({.query = ImageQuery{shared}, .k = 5});
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->hits.size(), 1u);
  EXPECT_EQ(answer->hits[0].photo.paths.front().path, second / "copy.png");
  EXPECT_THAT(running.library().RemoveRoot(running.root()), StatusIs(StatusCode::kNotFound));
}

TEST(LibraryRoots, RemovesARootWhoseFilesAreOnTheirWay) {
  RunningLibrary running;
  for (uint64_t i = 0; i < 50; ++i) running.Write("p" + std::to_string(i) + ".png", i + 1);
  running.encoder().Hold();
  running.Start();
  while (running.encoder().calls() == 0) std::this_thread::yield();
  ASSERT_THAT(running.library().RemoveRoot(running.root()), IsOk());
  running.encoder().LetGo();
  running.WaitIdle();
  const auto status = running.library().GetStatus();
  EXPECT_EQ(status.photos, 0u) << "what was in the encoder's hands did not come back";
  EXPECT_EQ(status.vectors, 0u);
  EXPECT_EQ(status.failures, 0u);
  const auto jobs = running.library().Jobs(5);
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].job.kind, "remove");
  EXPECT_EQ(jobs[0].job.state, storage::JobState::kDone);
  EXPECT_EQ(jobs[1].job.kind, "scan");
  EXPECT_EQ(jobs[1].job.state, storage::JobState::kCancelled);
}

}  // namespace
}  // namespace fovea::indexer
