// Searches among photos that fit a filter, while files come, go and move.
// label: integration
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "indexer/library.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::PictureFormat;
using test::RunningLibrary;
using Kind = Filter::Kind;
namespace fs = std::filesystem;

class LibraryFilters : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < 3; ++i) running_.Write("2019/Italy/p" + std::to_string(i) + ".png", i + 1);
    for (uint64_t i = 3; i < 5; ++i) running_.Write("2020/p" + std::to_string(i) + ".png", i + 1);
    running_.pictures().Write("2020/camera.jpg", test::MakePicture({.seed = 77, .exif = {.date_time_original = "2020:07:14 10:00:00", .model = "Canon EOS 5D"}}));
    running_.Start();
    running_.WaitIdle();
  }
  Filter Folder(const std::string& name) { return {.kind = Kind::kFolder, .text = running_.pictures() / name}; }
  // The files that a search among all that fit finds, by name.
  std::set<std::string> Found(const Filter& filter) {
    const auto answer = running_.library().Search({.query = TextQuery{"whatever"}, .k = kMaxK, .filter = filter});
    EXPECT_THAT(answer, IsOk());
    std::set<std::string> names;
    for (const SearchHit& hit : answer ? answer->hits : std::vector<SearchHit>()) {
      names.insert(fs::relative(hit.photo.paths.front().path, running_.pictures().path()));
    }
    return names;
  }

  RunningLibrary running_{RunningLibrary::QuickOptions(true)};
  const Filter july_{.kind = Kind::kMonth, .number = 7};
};

TEST_F(LibraryFilters, GiveAListPageByPage) {
  std::set<PhotoId> whole, paged;
  const auto all = running_.library().ListPhotos(PhotoId{0}, 100, Folder("2019"));
  ASSERT_THAT(all, IsOk());
  EXPECT_FALSE(all->next.has_value());
  for (const Photo& photo : all->photos) {
    EXPECT_TRUE(photo.paths.front().path.contains("/2019/"));
    whole.insert(photo.record.id);
  }
  EXPECT_EQ(whole.size(), 3u);
  std::optional<PhotoId> after = PhotoId{0};
  while (after) {
    const auto page = running_.library().ListPhotos(*after, 2, Folder("2019"));
    ASSERT_THAT(page, IsOk());
    ASSERT_LE(page->photos.size(), 2u);
    for (const Photo& photo : page->photos) EXPECT_TRUE(paged.insert(photo.record.id).second);
    after = page->next;
  }
  EXPECT_EQ(paged, whole);
  EXPECT_TRUE(running_.library().ListPhotos(PhotoId{UINT64_MAX}, 2, july_)->photos.empty());
}

TEST_F(LibraryFilters, LeaveWhatFitsInTheOrderOfTheWholeSearch) {
  EXPECT_EQ(Found(Folder("2019")), (std::set<std::string>{"2019/Italy/p0.png", "2019/Italy/p1.png", "2019/Italy/p2.png"}));
  EXPECT_EQ(Found(july_), std::set<std::string>{"2020/camera.jpg"});
  EXPECT_EQ(Found({.kind = Kind::kNot, .parts = {Folder("2019")}}).size(), 3u);
  EXPECT_EQ(Found({}).size(), 6u);
  const auto all = running_.library().Search({.query = TextQuery{"whatever"}, .k = kMaxK});
  const auto some = running_.library().Search({.query = TextQuery{"whatever"}, .k = 2, .filter = Folder("2019")});
  std::vector<PhotoId> expected;
  for (const SearchHit& hit : all->hits) {
    if (hit.photo.paths.front().path.contains("/2019/") && expected.size() < 2) expected.push_back(hit.photo.record.id);
  }
  ASSERT_EQ(some->hits.size(), 2u);
  EXPECT_EQ(some->hits[0].photo.record.id, expected[0]);
  EXPECT_EQ(some->hits[1].photo.record.id, expected[1]);
}

TEST_F(LibraryFilters, FollowFilesThatComeGoAndMove) {
  const std::string root = running_.pictures().path();
  fs::rename(root + "/2019/Italy", root + "/2020/Italy");
  fs::remove(root + "/2020/camera.jpg");
  running_.Write("2019/new.png", 50);
  running_.WaitIdle();
  const auto moved = [&] { return Found(Folder("2020/Italy")).size() == 3 && Found(july_).empty() && Found(Folder("2019")).size() == 1; };
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20); !moved() && std::chrono::steady_clock::now() < end;) running_.WaitIdle();
  EXPECT_EQ(Found(Folder("2019")), std::set<std::string>{"2019/new.png"});
  EXPECT_EQ(Found(Folder("2020")).size(), 5u);
  EXPECT_EQ(Found(Folder("2020/Italy")).size(), 3u);
  EXPECT_EQ(Found(july_), std::set<std::string>{});
}

TEST_F(LibraryFilters, AreThereAgainAfterAStart) {
  const auto before = Found({.kind = Kind::kCamera, .text = "canon"});
  EXPECT_EQ(before.size(), 1u);
  running_.Restart();
  running_.WaitIdle();
  EXPECT_EQ(Found({.kind = Kind::kCamera, .text = "canon"}), before);
  EXPECT_EQ(Found(Folder("2020")).size(), 3u);
}

TEST_F(LibraryFilters, KnowRootsAndForgetThem) {
  const auto number = static_cast<int64_t>(running_.root().value);
  EXPECT_EQ(Found({.kind = Kind::kRoot, .number = number}).size(), 6u);
  EXPECT_EQ(Found({.kind = Kind::kRoot, .number = 99}).size(), 0u);
  ASSERT_THAT(running_.library().RemoveRoot(running_.root()), IsOk());
  running_.WaitIdle();
  EXPECT_EQ(Found({}).size(), 0u);
  EXPECT_EQ(Found({.kind = Kind::kNot, .parts = {Folder("2019")}}).size(), 0u);
}

TEST_F(LibraryFilters, KnowTagsOverAStartAndForgetThemWithTheirPhoto) {
  const PhotoId tagged = running_.PhotoAt("2020/p3.png"), other = running_.PhotoAt("2020/p4.png");
  const Filter trip{.kind = Kind::kTag, .text = "trip"};
  ASSERT_THAT(running_.library().ChangeTags({.photos = {tagged, other}, .add = {"trip"}, .remove = {}}), IsOk());
  EXPECT_EQ(Found(trip), (std::set<std::string>{"2020/p3.png", "2020/p4.png"}));
  running_.Restart();
  running_.WaitIdle();
  EXPECT_EQ(Found(trip), (std::set<std::string>{"2020/p3.png", "2020/p4.png"}));
  EXPECT_EQ(running_.library().GetPhoto(tagged).value().tags, std::vector<std::string>{"trip"});
  ASSERT_THAT(running_.library().ChangeTags({.photos = {tagged}, .add = {}, .remove = {"trip"}}), IsOk());
  EXPECT_EQ(Found(trip), std::set<std::string>{"2020/p4.png"});
  ASSERT_THAT(running_.library().RemoveRoot(running_.root()), IsOk());
  running_.WaitIdle();
  EXPECT_EQ(Found(trip), std::set<std::string>{});
}

}  // namespace
}  // namespace fovea::indexer
