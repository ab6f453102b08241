// Library: a folder becomes searchable, whatever lies in it.
// label: integration
#include "indexer/library.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <map>

#include "indexer/clustered_index.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using storage::PathState;
using test::IsOk;
using test::MakePicture;
using test::PictureFormat;
using test::RunningLibrary;
using test::StatusIs;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

TEST(Library, MakesAFolderSearchableSoThatEveryPictureFindsItself) {
  RunningLibrary running;
  constexpr uint64_t kPictures = 60;
  std::map<std::string, uint64_t> names;
  for (uint64_t i = 0; i < kPictures; ++i) {
    const std::string name = "folder" + std::to_string(i % 3) + "/p" + std::to_string(i) + ".png";
    running.Write(name, i + 1);
    names[name] = i;
  }
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(kPictures, kPictures);
  for (const auto& [name, seed] : names) running.ExpectFindsItself(name);
  EXPECT_EQ(running.Count("fovea_photos_encoded_total"), kPictures);
  EXPECT_EQ(running.Count("fovea_photos_indexed_total"), kPictures);
}

TEST(Library, FindsAColourByItsName) {
  RunningLibrary running;
  running.pictures().Write("r.png", MakePicture({.format = PictureFormat::kPng, .colour = {{230, 20, 20}}}));
  running.pictures().Write("b.png", MakePicture({.format = PictureFormat::kPng, .colour = {{20, 40, 230}}}));
  running.Start();
  running.WaitIdle();
  const auto answer = running.library().Search({.query = TextQuery{"something red"}, .k = 2});
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->hits.size(), 2u);
  EXPECT_EQ(answer->hits[0].photo.paths.front().path, running.pictures() / "r.png");
  EXPECT_GT(answer->hits[0].score, 0.99);
  EXPECT_EQ(answer->model, "fake");
}

TEST(Library, IndexesTheNeighboursOfBadPicturesAndSaysWhatIsWrongWithThose) {
  RunningLibrary running;
  const std::string good = running.Write("a00.png", 1);
  running.pictures().Write("a01.png", "");
  running.Write("a02.png", 2);
  running.pictures().Write("a03.png", good.substr(0, good.size() / 3));
  running.Write("a04.png", 3);
  running.pictures().Write("a05.jpg", "this is a text, whatever its name says\n");
  running.pictures().Write("a06.png", test::MakePngHeader(50'000, 50'000));
  running.Write("a07.png", 4);
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(4, 4);
  for (const char* name : {"a00.png", "a02.png", "a04.png", "a07.png"}) running.ExpectFindsItself(name);
  for (const char* name : {"a01.png", "a03.png", "a05.jpg", "a06.png"}) {
    const auto failure = running.FailureOf(name);
    ASSERT_TRUE(failure) << name;
    EXPECT_FALSE(failure->reason.empty()) << name;
    EXPECT_EQ(failure->tries, 1u) << name;
  }
  EXPECT_EQ(running.FailureOf("a06.png")->code, StatusCode::kInvalidArgument);
  EXPECT_EQ(running.Count("fovea_photos_failed_total"), 4);
}

TEST(Library, DoesNotTryABadPictureAgainUntilItChangesOrIsAskedTo) {
  RunningLibrary running;
  running.pictures().Write("bad.jpg", "no picture");
  running.Write("good.png", 1);
  running.Start();
  running.WaitIdle();
  running.Restart();
  running.WaitIdle();
  EXPECT_EQ(running.FailureOf("bad.jpg")->tries, 1u);
  EXPECT_EQ(running.Count("fovea_photos_encoded_total"), 0) << "nothing is encoded again";
  ASSERT_THAT(running.library().RetryFailures(), test::IsOkAndHolds(1u));
  running.WaitIdle();
  ASSERT_TRUE(running.FailureOf("bad.jpg"));
  running.pictures().Write("bad.jpg", MakePicture({.seed = 5}));
  running.Restart();
  running.WaitIdle();
  EXPECT_FALSE(running.FailureOf("bad.jpg"));
  running.ExpectConsistent(2, 2);
}

TEST(Library, KeepsFilesWithTheSameBytesAsOnePhotoEncodedOnce) {
  RunningLibrary running;
  const std::string bytes = running.Write("one.png", 1);
  for (int i = 0; i < 20; ++i) running.pictures().Write("copies/c" + std::to_string(i) + ".png", bytes);
  running.Write("other.png", 2);
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(22, 2);
  EXPECT_EQ(running.encoder().pictures(), 2u);
  EXPECT_EQ(running.Count("fovea_photos_deduplicated_total"), 20);
  const auto photo = running.library().GetPhoto(running.PhotoAt("one.png"));
  ASSERT_THAT(photo, IsOk());
  EXPECT_EQ(photo->paths.size(), 21u);
}

TEST(Library, TakesUpReplacedRemovedAndRenamedFilesAtTheNextStart) {
  RunningLibrary running;
  running.Write("kept.png", 1);
  running.Write("replaced.png", 2);
  running.Write("removed.png", 3);
  running.Write("renamed.png", 4);
  running.Start();
  running.WaitIdle();
  const auto renamed = running.PhotoAt("renamed.png");
  running.Stop();
  running.Write("replaced.png", 20);
  fs::remove(running.pictures() / "removed.png");
  fs::create_directory(running.pictures() / "deep");
  fs::rename(running.pictures() / "renamed.png", running.pictures() / "deep/new-name.png");
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(3, 3);
  EXPECT_EQ(running.Count("fovea_photos_encoded_total"), 1) << "the replaced one alone";
  EXPECT_EQ(running.PhotoAt("deep/new-name.png"), renamed);
  EXPECT_FALSE(running.PathOf("removed.png"));
  for (const char* name : {"kept.png", "replaced.png", "deep/new-name.png"}) running.ExpectFindsItself(name);
}

TEST(Library, KeepsThePhotosOfAFolderThatIsGoneAndMarksThem) {
  RunningLibrary running;
  running.Write("a.png", 1);
  running.Start();
  running.WaitIdle();
  running.Stop();
  fs::rename(running.pictures().path(), running.pictures().path() + "-away");
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(1, 1);
  const auto roots = running.library().Roots();
  ASSERT_EQ(roots.size(), 1u);
  EXPECT_EQ(roots[0].root.state, storage::RootState::kOffline);
  const auto answer = running.library().Search({.query = PhotoQuery{running.PhotoAt("a.png")}, .k = 5});
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(answer->hits, IsEmpty()) << "the photo itself is left out";
  EXPECT_TRUE(running.library().GetPhoto(running.PhotoAt("a.png"))->offline());
  EXPECT_FALSE(running.library().OpenFile(running.PhotoAt("a.png")).has_value());
  EXPECT_THAT(running.library().Thumbnail(running.PhotoAt("a.png"), 64), IsOk());
  running.Stop();
  fs::rename(running.pictures().path() + "-away", running.pictures().path());
  running.Start();
  running.WaitIdle();
  EXPECT_EQ(running.library().Roots()[0].root.state, storage::RootState::kOnline);
  EXPECT_EQ(running.Count("fovea_photos_encoded_total"), 0);
  running.ExpectFindsItself("a.png");
}

TEST(Library, StopsWhileItIndexesAndGoesOnWhereItWas) {
  RunningLibrary running;
  constexpr uint64_t kPictures = 80;
  for (uint64_t i = 0; i < kPictures; ++i) running.Write("p" + std::to_string(i) + ".png", i + 1);
  running.Start();
  while (running.encoder().calls() < 3) std::this_thread::yield();
  const auto start = std::chrono::steady_clock::now();
  running.library().Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  const uint64_t stored = running.catalog().photo_count();
  const uint64_t encoded = running.encoder().pictures();
  EXPECT_EQ(stored, encoded) << "whatever went through the encoder is stored";
  EXPECT_LT(stored, kPictures);
  running.Stop();
  running.Start();
  running.WaitIdle();
  running.ExpectConsistent(kPictures, kPictures);
  EXPECT_EQ(running.encoder().pictures(), kPictures) << "nothing twice";
  for (uint64_t i = 0; i < kPictures; i += 7) running.ExpectFindsItself("p" + std::to_string(i) + ".png");
}

TEST(Library, StopsTwiceAndAnswersBusyAfterwards) {
  RunningLibrary running;
  running.Write("a.png", 1);
  running.Start();
  running.WaitIdle();
  const auto id = running.PhotoAt("a.png");
  running.library().Stop();
  running.library().Stop();
  EXPECT_THAT(running.library().Search({.query = TextQuery{"x"}}), StatusIs(StatusCode::kBusy));
  EXPECT_THAT(running.library().GetPhoto(id), IsOk()) << "reads of the catalog go on";
}

TEST(Library, WritesItsSnapshotWhileItRuns) {
  LibraryOptions options = RunningLibrary::QuickOptions(true);
  options.snapshot_every_s = 1;
  RunningLibrary running(options);
  running.Write("a.png", 1);
  running.Start();
  EXPECT_TRUE(test::WaitUntil([&] {
    ClusteredIndex index(test::FakeEncoder::kDim);
    return index.Load(running.snapshot(), "fake-1", running.catalog().vector_epoch()).ok() && index.size() == 1;
  }));
}

TEST(Library, ComparesItsRootsWithTheDiskAtIntervals) {
  LibraryOptions options = RunningLibrary::QuickOptions(true);
  options.reconcile_s = 1;
  options.settle_ms = 3'600'000;  // the watcher says nothing in time: what is found, a scan has found
  RunningLibrary running(options);
  running.Write("a.png", 1);
  running.Start();
  running.WaitIdle();
  running.Write("b.png", 2);
  EXPECT_TRUE(test::WaitUntil([&] { return running.PathOf("b.png").has_value(); }));
  running.ExpectFindsItself("b.png");
}

TEST(Library, RunsAScanAsAJobWithItsCounts) {
  RunningLibrary running;
  running.Write("a.png", 1);
  running.Write("b.png", 2);
  running.pictures().Write("c.jpg", "bad");
  running.Start();
  running.WaitIdle();
  const auto jobs = running.library().Jobs(10);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].job.kind, "scan");
  EXPECT_EQ(jobs[0].job.subject, running.pictures().path());
  EXPECT_EQ(jobs[0].job.state, storage::JobState::kDone);
  EXPECT_EQ(jobs[0].job.done, 2u);
  EXPECT_EQ(jobs[0].job.failed, 1u);
  EXPECT_EQ(jobs[0].job.total, 3u);
}

TEST(Library, RefusesAModelOfAnotherDimensionOrIdOnAFullStore) {
  RunningLibrary running;
  running.Write("a.png", 1);
  running.Start();
  running.WaitIdle();
  running.library().Stop();
  SystemClock clock;
  Metrics metrics;
  test::FakeEncoderControl control;
  Library other(running.catalog(), clock, metrics, RunningLibrary::QuickOptions(false));
  EXPECT_THAT(other.Start(std::make_unique<test::FakeEncoder>(control, "fake-2")), StatusIs(StatusCode::kUnsupported));
  EXPECT_THAT(other.Search({.query = TextQuery{"x"}}), StatusIs(StatusCode::kBusy));
}

}  // namespace
}  // namespace fovea::indexer
