// Library: roots and large folders that are removed or renamed, as jobs beside all else.
// label: integration
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "base/log.h"
#include "indexer/library.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::JobState;
using storage::RootState;
using test::FakeEncoder;
using test::IsOk;
using test::RunningLibrary;
using test::StatusIs;
using test::WaitUntil;
namespace fs = std::filesystem;

constexpr uint64_t kPhotos = 6000;  // six batches

class LibraryRemoval : public testing::Test {
 protected:
  // A root with many photos whose disk is not there: nothing of it is scanned away.
  void FillLargeRoot() {
    const auto catalog = storage::Catalog::Open({.folder = running_.data().path()});
    ASSERT_THAT(catalog, IsOk());
    ASSERT_THAT((*catalog)->BindModel("fake-1", FakeEncoder::kDim), IsOk());
    large_ = (*catalog)->AddRoot("/no/such/photos").value().id;
    const std::vector<float> vector = test::CountedVector(FakeEncoder::kDim);
    std::vector<storage::IndexedFile> files;
    for (uint64_t i = 0; i < kPhotos; ++i) {
      files.push_back(test::FileOf({large_, StrCat("album/", i, ".jpg")}, StrCat("large-", i)));
      files.back().vector = vector;
    }
    ASSERT_THAT((*catalog)->StoreFiles(files), IsOk());
  }
  void StartWithLargeRoot() {
    FillLargeRoot();
    running_.Start();
    running_.WaitIdle();
    ASSERT_EQ(running_.library().GetStatus().vectors, kPhotos);
  }
  std::optional<JobStatus> JobOf(const std::string& kind) {
    for (const JobStatus& job : running_.library().Jobs(20)) {
      if (job.job.kind == kind) return job;
    }
    return std::nullopt;
  }
  size_t PathsBelow(const std::string& folder) {
    size_t paths = 0;
    EXPECT_THAT(running_.catalog().ForEachPath(running_.root(), folder + "/", [&](const storage::PathRecord&) { return ++paths, true; }), IsOk());
    return paths;
  }

  RunningLibrary running_{RunningLibrary::QuickOptions(true)};
  RootId large_;
};

TEST_F(LibraryRemoval, RemovesALargeRootAsAJobWhileOthersAreIndexed) {
  StartWithLargeRoot();
  ASSERT_THAT(running_.library().RemoveRoot(large_), IsOk());
  ASSERT_THAT(running_.library().RemoveRoot(large_), IsOk()) << "twice is not an error";
  running_.Write("new.png", 1);
  ASSERT_TRUE(WaitUntil([&] { return running_.PathOf("new.png").has_value(); }));
  running_.WaitIdle();
  const auto job = JobOf("remove");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->job.state, JobState::kDone);
  EXPECT_EQ(job->job.subject, "/no/such/photos");
  EXPECT_EQ(job->job.done, kPhotos);
  EXPECT_EQ(job->job.total, kPhotos);
  EXPECT_EQ(running_.library().GetStatus().roots.size(), 1u);
  running_.ExpectConsistent(1, 1);
  EXPECT_THAT(running_.library().RemoveRoot(large_), StatusIs(StatusCode::kNotFound));
}

TEST_F(LibraryRemoval, GoesOnAfterAStopHalfWay) {
  StartWithLargeRoot();
  ASSERT_THAT(running_.library().RemoveRoot(large_), IsOk());
  ASSERT_TRUE(WaitUntil([&] { return running_.library().GetStatus().vectors < kPhotos; }));
  running_.Stop();
  running_.Start();
  running_.WaitIdle();
  EXPECT_THAT(running_.catalog().GetRoot(large_), StatusIs(StatusCode::kNotFound));
  running_.ExpectConsistent(0, 0);
}

TEST_F(LibraryRemoval, WaitsForTheModelWhenItIsAskedForBeforeTheStart) {
  FillLargeRoot();
  SystemClock clock;
  Metrics metrics;
  {
    const auto catalog = storage::Catalog::Open({.folder = running_.data().path()});
    ASSERT_THAT(catalog, IsOk());
    Library library(**catalog, clock, metrics, RunningLibrary::QuickOptions(false));
    ASSERT_THAT(library.RemoveRoot(large_), IsOk());
    EXPECT_EQ(library.Roots().front().root.state, RootState::kRemoving);
  }
  running_.Start();
  running_.WaitIdle();
  running_.ExpectConsistent(0, 0);
}

TEST_F(LibraryRemoval, EndsWhenTheFolderIsAddedAgain) {
  for (uint64_t i = 0; i < 3; ++i) running_.Write(StrCat(i, ".png"), i + 1);
  running_.Start();
  running_.WaitIdle();
  for (int round = 0; round < 5; ++round) {
    ASSERT_THAT(running_.library().RemoveRoot(running_.root()), IsOk());
    const auto again = running_.library().AddRoot(running_.pictures().path());
    ASSERT_THAT(again, IsOk()) << "round " << round;
    running_.WaitIdle();
    const auto roots = running_.library().Roots();
    ASSERT_EQ(roots.size(), 1u);
    EXPECT_EQ(roots[0].root.state, RootState::kOnline);
    EXPECT_EQ(roots[0].photos, 3u);
    EXPECT_EQ(running_.library().GetStatus().vectors, 3u);
    if (again->id != running_.root()) break;  // it was gone already, and is a new one
  }
}

// 2,500 names of one picture: three batches, of which the watcher does the first.
TEST_F(LibraryRemoval, RenamesAndRemovesALargeFolderAsAJob) {
  constexpr size_t kFiles = 2500;
  const std::string bytes = running_.Write("a/0.png", 1);
  for (size_t i = 1; i < kFiles; ++i) running_.pictures().Write(StrCat("a/", i, ".png"), bytes);
  running_.Write("small/b.png", 2);
  running_.Start();
  running_.WaitIdle();
  ASSERT_EQ(PathsBelow("a"), kFiles);
  const PhotoId large = running_.PhotoAt("a/0.png"), small = running_.PhotoAt("small/b.png");
  EXPECT_EQ(running_.Count("fovea_photos_encoded_total"), 2);

  fs::rename(running_.pictures() / "small", running_.pictures() / "little");
  ASSERT_TRUE(WaitUntil([&] { return running_.PathOf("little/b.png").has_value(); }));
  EXPECT_FALSE(JobOf("move")) << "a small one is done at once";

  fs::rename(running_.pictures() / "a", running_.pictures() / "z");
  ASSERT_TRUE(WaitUntil([&] { return JobOf("move") && JobOf("move")->job.state == JobState::kDone; }));
  EXPECT_EQ(JobOf("move")->job.total, kFiles - 1000);
  running_.WaitIdle();
  EXPECT_EQ(PathsBelow("z"), kFiles);
  EXPECT_EQ(PathsBelow("a"), 0u);
  EXPECT_EQ(running_.PhotoAt("z/2499.png"), large);
  EXPECT_EQ(running_.PhotoAt("little/b.png"), small);
  EXPECT_EQ(running_.Count("fovea_photos_encoded_total"), 2);
  const auto folder = running_.library().Search({.query = TextQuery{"x"}, .filter = Filter{.kind = Filter::Kind::kFolder, .text = running_.pictures() / "z"}});
  ASSERT_THAT(folder, IsOk());
  EXPECT_EQ(folder->hits.size(), 1u);

  fs::rename(running_.pictures() / "z", running_.data() / "z");
  ASSERT_TRUE(WaitUntil([&] { return JobOf("remove") && JobOf("remove")->job.state == JobState::kDone; }));
  running_.WaitIdle();
  EXPECT_EQ(PathsBelow("z"), 0u);
  running_.ExpectConsistent(1, 1);
}

}  // namespace
}  // namespace fovea::indexer
