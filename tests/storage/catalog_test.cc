// What the catalog keeps, and what it says about it, on a real RocksDB.
// label: integration
#include "storage/catalog.h"

#include <gtest/gtest.h>

#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::CountedVector;
using test::FileOf;
using test::IsOk;
using test::IsOkAndHolds;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class CatalogTest : public testing::Test {
 protected:
  CatalogTest() : catalog_(OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id) {}

  // Stores one file and gives its photo.
  StoredFile Store(const std::string& path, const std::string& content) {
    return catalog_->StoreFiles(std::vector{FileOf({root_, path}, content)}).value().front();
  }
  void Reopen() {
    catalog_.reset();
    catalog_ = OpenBound(folder_.path());
  }
  std::vector<std::string> Paths(std::string_view prefix = "") {
    std::vector<std::string> paths;
    EXPECT_THAT(catalog_->ForEachPath(root_, prefix, [&](const PathRecord& path) { return paths.push_back(path.location.path), true; }), IsOk());
    return paths;
  }
  FailureRecord FailureOf(const std::string& path) {
    return {.location = {root_, path}, .stamp = {5, 6, 7}, .code = StatusCode::kCorrupt, .reason = "cut", .at_ms = 8};
  }

  TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  RootId root_;
};

TEST_F(CatalogTest, KeepsAllOfAPhotoOverAReopen) {
  IndexedFile file = FileOf({root_, "a/b.jpg"}, "content");
  file.photo.taken_at_ms = -5;
  file.photo.taken_at_offset_min = -90;
  file.photo.latitude = 1.5;
  file.photo.longitude = -2.25;
  file.photo.camera = "Camera";
  file.photo.lens = "Lens";
  file.photo.orientation = 6;
  file.thumbnail = "webp";
  const PhotoId id = catalog_->StoreFiles(std::vector{file}).value().front().photo;
  Reopen();
  const PhotoRecord photo = catalog_->GetPhoto(id).value();
  EXPECT_EQ(photo.id, id);
  EXPECT_EQ(photo.content, file.photo.content);
  EXPECT_EQ(photo.taken_at_ms, -5);
  EXPECT_EQ(photo.taken_at_offset_min, -90);
  EXPECT_EQ(photo.latitude, 1.5);
  EXPECT_EQ(photo.longitude, -2.25);
  EXPECT_EQ(photo.camera, "Camera");
  EXPECT_EQ(photo.lens, "Lens");
  EXPECT_EQ(photo.format, "jpeg");
  EXPECT_EQ(photo.width, file.photo.width);
  EXPECT_EQ(photo.orientation, 6);
  EXPECT_THAT(catalog_->GetVector(id), IsOkAndHolds(std::vector<float>(file.vector.begin(), file.vector.end())));
  EXPECT_THAT(catalog_->GetThumbnail(id), IsOkAndHolds(std::string("webp")));
  EXPECT_THAT(catalog_->LocationsOf(id), IsOkAndHolds(ElementsAre(Location{root_, "a/b.jpg"})));
  EXPECT_THAT(catalog_->FindContent(file.photo.content), IsOkAndHolds(id));
  EXPECT_EQ(catalog_->GetPath({root_, "a/b.jpg"}).value().stamp, file.stamp);
  EXPECT_EQ(catalog_->photo_count(), 1u);
  EXPECT_EQ(catalog_->indexed_path_count(root_), 1u);
}

TEST_F(CatalogTest, TakesTwoFilesWithTheSameBytesAsOnePhoto) {
  const std::vector<StoredFile> stored =
      catalog_->StoreFiles(std::vector{FileOf({root_, "1.jpg"}, "same"), FileOf({root_, "2.jpg"}, "same")}).value();
  EXPECT_TRUE(stored[0].new_photo);
  EXPECT_FALSE(stored[1].new_photo);
  EXPECT_EQ(stored[0].photo, stored[1].photo);
  EXPECT_THAT(catalog_->LocationsOf(stored[0].photo), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(catalog_->RemovePath({root_, "1.jpg"}), IsOkAndHolds(std::optional<PhotoId>()));
  EXPECT_THAT(catalog_->RemovePath({root_, "2.jpg"}), IsOkAndHolds(Optional(stored[0].photo)));
  EXPECT_THAT(catalog_->GetPhoto(stored[0].photo), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->GetVector(stored[0].photo), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->LocationsOf(stored[0].photo), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(catalog_->photo_count(), 0u);
}

TEST_F(CatalogTest, NeverUsesAnIdAgain) {
  const PhotoId first = Store("a.jpg", "one").photo;
  ASSERT_THAT(catalog_->RemovePath({root_, "a.jpg"}), IsOk());
  Reopen();
  EXPECT_GT(Store("a.jpg", "one").photo, first);
}

TEST_F(CatalogTest, ReplacesWhatAPathHeld) {
  const PhotoId before = Store("a.jpg", "one").photo;
  const StoredFile after = Store("a.jpg", "two");
  EXPECT_THAT(after.removed_photo, Optional(before));
  EXPECT_THAT(catalog_->LocationsOf(after.photo), IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(catalog_->photo_count(), 1u);
}

TEST_F(CatalogTest, KeepsBothPhotosWhenTwoFilesSwapTheirContents) {
  const PhotoId one = Store("a.jpg", "one").photo;
  const PhotoId two = Store("b.jpg", "two").photo;
  const auto stored = catalog_->StoreFiles(std::vector{FileOf({root_, "a.jpg"}, "two"), FileOf({root_, "b.jpg"}, "one")}).value();
  EXPECT_EQ(stored[0].photo, two);
  EXPECT_EQ(stored[1].photo, one);
  EXPECT_EQ(stored[0].removed_photo, std::nullopt);
  EXPECT_EQ(stored[1].removed_photo, std::nullopt);
  EXPECT_EQ(catalog_->photo_count(), 2u);
}

TEST_F(CatalogTest, AddsAPathWithoutAVectorWhenTheContentIsKnown) {
  const PhotoId id = Store("a.jpg", "one").photo;
  IndexedFile again = FileOf({root_, "b.jpg"}, "one");
  again.vector = {};
  EXPECT_EQ(catalog_->StoreFiles(std::vector{again}).value().front().photo, id);
  IndexedFile unknown = FileOf({root_, "c.jpg"}, "two");
  unknown.vector = {};
  EXPECT_EQ(catalog_->StoreFiles(std::vector{unknown}).value().front().photo, PhotoId{0});
  EXPECT_THAT(Paths(), ElementsAre("a.jpg", "b.jpg"));
}

TEST_F(CatalogTest, LeavesOutFilesOfAnUnknownRootAndStoresTheOthers) {
  const auto stored = catalog_->StoreFiles(std::vector{FileOf({RootId{99}, "a.jpg"}, "one"), FileOf({root_, "b.jpg"}, "two")}).value();
  EXPECT_EQ(stored[0].photo, PhotoId{0});
  EXPECT_NE(stored[1].photo, PhotoId{0});
  EXPECT_EQ(catalog_->photo_count(), 1u);
}

TEST_F(CatalogTest, RefusesAVectorOfAnotherDimensionOrLength) {
  const std::vector<float> three = CountedVector(3);
  IndexedFile file = FileOf({root_, "a.jpg"}, "one");
  file.vector = three;
  EXPECT_THAT(catalog_->StoreFiles(std::vector{file}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("3 values, expected 4")));
  const std::vector<float> long_one = {2, 0, 0, 0};
  file.vector = long_one;
  EXPECT_THAT(catalog_->StoreFiles(std::vector{file}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("expected 1")));
  EXPECT_EQ(catalog_->photo_count(), 0u);
}

TEST_F(CatalogTest, KeepsAFailureUntilTheFileIsIndexed) {
  const PhotoId id = Store("a.jpg", "one").photo;
  EXPECT_THAT(catalog_->StoreFailure(FailureOf("a.jpg")), IsOkAndHolds(Optional(id)));
  EXPECT_THAT(catalog_->StoreFailure(FailureOf("a.jpg")), IsOkAndHolds(std::optional<PhotoId>()));
  Reopen();
  const FailureRecord failure = catalog_->GetFailure({root_, "a.jpg"}).value();
  EXPECT_EQ(failure.tries, 2u);
  EXPECT_EQ(failure.code, StatusCode::kCorrupt);
  EXPECT_EQ(failure.reason, "cut");
  EXPECT_EQ(failure.stamp, (FileStamp{5, 6, 7}));
  EXPECT_EQ(catalog_->failure_count(), 1u);
  EXPECT_EQ(catalog_->GetPath({root_, "a.jpg"}).value().state, PathState::kFailed);
  EXPECT_EQ(catalog_->indexed_path_count(root_), 0u);
  Store("a.jpg", "two");
  EXPECT_EQ(catalog_->failure_count(), 0u);
  EXPECT_THAT(catalog_->GetFailure({root_, "a.jpg"}), StatusIs(StatusCode::kNotFound));
}

TEST_F(CatalogTest, MovesAPathWithItsPhoto) {
  const PhotoId id = Store("a.jpg", "one").photo;
  const PhotoId covered = Store("b.jpg", "two").photo;
  EXPECT_THAT(catalog_->MovePath({root_, "a.jpg"}, {root_, "b.jpg"}), IsOkAndHolds(Optional(covered)));
  EXPECT_THAT(catalog_->LocationsOf(id), IsOkAndHolds(ElementsAre(Location{root_, "b.jpg"})));
  EXPECT_THAT(Paths(), ElementsAre("b.jpg"));
  EXPECT_THAT(catalog_->MovePath({root_, "a.jpg"}, {root_, "c.jpg"}), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->MovePath({root_, "b.jpg"}, {RootId{7}, "c.jpg"}), StatusIs(StatusCode::kNotFound));
}

TEST_F(CatalogTest, MovesAPathWithItsFailure) {
  ASSERT_THAT(catalog_->StoreFailure(FailureOf("a.jpg")), IsOk());
  EXPECT_THAT(catalog_->MovePath({root_, "a.jpg"}, {root_, "b.jpg"}), IsOk());
  EXPECT_EQ(catalog_->failure_count(), 1u);
  EXPECT_THAT(catalog_->GetFailure({root_, "a.jpg"}), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(catalog_->GetFailure({root_, "b.jpg"}).value().reason, "cut");
}

TEST_F(CatalogTest, MovesAndRemovesFoldersButNotTheirNamesakes) {
  Store("a/1.jpg", "one");
  Store("a/b/2.jpg", "two");
  Store("ab/3.jpg", "three");
  ASSERT_THAT(catalog_->StoreFailure(FailureOf("a/")), IsOk());
  EXPECT_THAT(test::MoveFolder(*catalog_, {root_, "a"}, {root_, "z"}), IsOk());
  EXPECT_THAT(Paths(), ElementsAre("ab/3.jpg", "z/", "z/1.jpg", "z/b/2.jpg"));
  EXPECT_THAT(test::MoveFolder(*catalog_, {root_, "z"}, {root_, "z/y"}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(test::RemoveFolder(*catalog_, {root_, "z"}), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(Paths(), ElementsAre("ab/3.jpg"));
  EXPECT_EQ(catalog_->failure_count(), 0u);
}

TEST_F(CatalogTest, MovesMoreFilesThanOneBatchHolds) {
  std::vector<IndexedFile> files;
  for (int i = 0; i < 2500; ++i) files.push_back(FileOf({root_, "old/" + std::to_string(i) + ".jpg"}, "same"));
  ASSERT_THAT(catalog_->StoreFiles(files), IsOk());
  EXPECT_THAT(test::MoveFolder(*catalog_, {root_, "old"}, {root_, "new"}), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Paths("new/"), SizeIs(2500));
  EXPECT_THAT(Paths(), SizeIs(2500));
  EXPECT_EQ(catalog_->indexed_path_count(root_), 2500u);
}

TEST_F(CatalogTest, RemovesARootWithItsOrphansOnly) {
  const RootId other = catalog_->AddRoot("/other").value().id;
  const PhotoId shared = Store("a.jpg", "one").photo;
  const PhotoId own = Store("b.jpg", "two").photo;
  ASSERT_THAT(catalog_->StoreFiles(std::vector{FileOf({other, "c.jpg"}, "one")}), IsOk());
  ASSERT_THAT(catalog_->StoreFailure(FailureOf("d.jpg")), IsOk());
  EXPECT_THAT(test::RemoveRoot(*catalog_, root_), IsOkAndHolds(ElementsAre(own)));
  EXPECT_THAT(catalog_->LocationsOf(shared), IsOkAndHolds(ElementsAre(Location{other, "c.jpg"})));
  EXPECT_THAT(catalog_->GetRoot(root_), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(test::RemoveRoot(*catalog_, root_), StatusIs(StatusCode::kNotFound));
  EXPECT_EQ(catalog_->failure_count(), 0u);
  Reopen();
  EXPECT_THAT(catalog_->ListRoots(), SizeIs(1));
  EXPECT_GT(catalog_->AddRoot("/photos").value().id, other);
}

TEST_F(CatalogTest, RemembersStateAndDeviceOfARoot) {
  EXPECT_THAT(catalog_->AddRoot("/photos/"), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(catalog_->AddRoot("photos"), StatusIs(StatusCode::kInvalidArgument));
  ASSERT_THAT(catalog_->SetRootState(root_, RootState::kOffline), IsOk());
  ASSERT_THAT(catalog_->SetRootDevice(root_, 77), IsOk());
  Reopen();
  const Root root = catalog_->GetRoot(root_).value();
  EXPECT_EQ(root.path, "/photos");
  EXPECT_EQ(root.state, RootState::kOffline);
  EXPECT_EQ(root.device, 77u);
}

TEST_F(CatalogTest, ListsPathsAndPhotosInPages) {
  for (const char* name : {"c.jpg", "a.jpg", "b.jpg"}) Store(name, name);
  const auto page = catalog_->ListPaths(root_, "a.jpg", 1).value();
  ASSERT_THAT(page, SizeIs(1));
  EXPECT_EQ(page[0].location.path, "b.jpg");
  EXPECT_THAT(catalog_->ListPaths(root_, "", 10), IsOkAndHolds(SizeIs(3)));
  const auto photos = catalog_->ListPhotos(PhotoId{0}, 2).value();
  ASSERT_THAT(photos, SizeIs(2));
  EXPECT_THAT(catalog_->ListPhotos(photos[1].id, 2), IsOkAndHolds(SizeIs(1)));
}

TEST_F(CatalogTest, KeepsPathsThatAreNotUtf8) {
  const std::string name = "caf\xe9/\xff\xfe.jpg";
  const PhotoId id = Store(name, "one").photo;
  EXPECT_THAT(catalog_->LocationsOf(id), IsOkAndHolds(ElementsAre(Location{root_, name})));
  EXPECT_THAT(Paths("caf\xe9/"), ElementsAre(name));
}

TEST_F(CatalogTest, SweepsVectorsInOrderOfTheirIds) {
  for (int i = 0; i < 300; ++i) Store(std::to_string(i), std::to_string(i));
  ASSERT_THAT(catalog_->RemovePath({root_, "7"}), IsOk());
  PhotoId last{0};
  size_t count = 0;
  ASSERT_THAT(catalog_->ForEachVector([&](PhotoId id, std::span<const float> vector) {
    EXPECT_LT(last, id);
    EXPECT_EQ(vector.size(), 4u);
    last = id;
    ++count;
    return true;
  }), IsOk());
  EXPECT_EQ(count, 299u);
}

TEST_F(CatalogTest, SweepsThePartOfTheVectorsThatIsAskedFor) {
  for (int i = 0; i < 30; ++i) Store(std::to_string(i), std::to_string(i));
  ASSERT_THAT(catalog_->RemovePath({root_, "9"}), IsOk());
  EXPECT_EQ(catalog_->next_photo(), PhotoId{31});
  const auto between = [&](uint64_t first, uint64_t end) {
    std::vector<uint64_t> ids;
    EXPECT_THAT(catalog_->ForEachVectorBetween(PhotoId{first}, PhotoId{end}, [&](PhotoId id, std::span<const float>) { return ids.push_back(id.value), true; }), IsOk());
    return ids;
  };
  EXPECT_THAT(between(8, 12), ElementsAre(8, 9, 11));
  EXPECT_THAT(between(0, 2), ElementsAre(1));
  EXPECT_THAT(between(29, UINT64_MAX), ElementsAre(29, 30));
  EXPECT_THAT(between(12, 12), ElementsAre());
}

TEST_F(CatalogTest, RaisesTheEpochWhenVectorsComeAndGo) {
  const uint64_t before = catalog_->vector_epoch();
  Store("a.jpg", "one");
  const uint64_t added = catalog_->vector_epoch();
  EXPECT_GT(added, before);
  Store("b.jpg", "one");
  EXPECT_EQ(catalog_->vector_epoch(), added);
  ASSERT_THAT(test::RemoveFolder(*catalog_, {root_, "none"}), IsOk());
  EXPECT_EQ(catalog_->vector_epoch(), added);
  Store("a.jpg", "two");
  Store("b.jpg", "two");
  EXPECT_GT(catalog_->vector_epoch(), added);
  const uint64_t last = catalog_->vector_epoch();
  Reopen();
  EXPECT_EQ(catalog_->vector_epoch(), last);
}

TEST_F(CatalogTest, ForgetsFailuresSoThatTheFilesAreNewAgain) {
  for (const char* name : {"a", "b", "c"}) ASSERT_THAT(catalog_->StoreFailure(FailureOf(name)), IsOk());
  EXPECT_THAT(catalog_->ListFailures(Location{root_, "a"}, 10), IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(catalog_->ForgetFailures(Location{root_, "b"}), IsOkAndHolds(1u));
  EXPECT_THAT(catalog_->ForgetFailures(Location{root_, "b"}), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Paths(), ElementsAre("a", "c"));
  EXPECT_THAT(catalog_->ForgetFailures(std::nullopt), IsOkAndHolds(2u));
  EXPECT_THAT(Paths(), IsEmpty());
}

TEST_F(CatalogTest, KeepsTheNewestJobsAndCancelsThoseThatAKillEnded) {
  JobRecord scan;
  scan.kind = "scan";
  scan.state = JobState::kDone;
  for (int i = 0; i < 1005; ++i) ASSERT_THAT(catalog_->PutJob(scan), IsOk());
  scan.subject = "/photos";
  scan.state = JobState::kRunning;
  const uint64_t id = catalog_->PutJob(scan).value();
  scan.id = id;
  scan.done = 4;
  EXPECT_THAT(catalog_->PutJob(scan), IsOkAndHolds(id));
  EXPECT_EQ(catalog_->ListJobs(1).front().done, 4u);
  EXPECT_THAT(catalog_->ListJobs(5000), SizeIs(1000));
  Reopen();
  const JobRecord job = catalog_->ListJobs(1).front();
  EXPECT_EQ(job.id, id);
  EXPECT_EQ(job.state, JobState::kCancelled);
  EXPECT_EQ(job.subject, "/photos");
}

TEST_F(CatalogTest, KeepsIndexValuesAndThumbnails) {
  EXPECT_THAT(catalog_->GetIndexValue("snapshot"), StatusIs(StatusCode::kNotFound));
  ASSERT_THAT(catalog_->PutIndexValue("snapshot", std::string("a\0b", 3)), IsOk());
  EXPECT_THAT(catalog_->PutThumbnail(PhotoId{9}, "webp"), StatusIs(StatusCode::kNotFound));
  const PhotoId id = Store("a.jpg", "one").photo;
  EXPECT_THAT(catalog_->GetThumbnail(id), StatusIs(StatusCode::kNotFound));
  ASSERT_THAT(catalog_->PutThumbnail(id, std::string(5000, 'w')), IsOk());
  Reopen();
  EXPECT_THAT(catalog_->GetIndexValue("snapshot"), IsOkAndHolds(std::string("a\0b", 3)));
  EXPECT_THAT(catalog_->GetThumbnail(id), IsOkAndHolds(std::string(5000, 'w')));
}

TEST_F(CatalogTest, RefusesEverythingAfterClose) {
  Store("a.jpg", "one");
  catalog_->Close();
  catalog_->Close();
  EXPECT_THAT(catalog_->GetPhoto(PhotoId{1}), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(catalog_->StoreFiles({}), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(catalog_->Health(), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(catalog_->ListJobs(10), IsEmpty());
  EXPECT_EQ(catalog_->photo_count(), 1u);
}

}  // namespace
}  // namespace fovea::storage
