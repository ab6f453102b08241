// Library: near-duplicates of real files, page by page, and what is left of them when files go.
// label: integration
#include <gmock/gmock.h>

#include <filesystem>

#include "indexer/library.h"
#include "tests/support/matchers.h"
#include "tests/support/running_library.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

using test::IsOk;
using test::MakePicture;
using test::RunningLibrary;
using test::StatusIs;
using testing::ElementsAre;
using testing::EndsWith;

class LibraryDuplicates : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < 4; ++i) running_.Write("other" + std::to_string(i) + "x.png", 50 + i);
    running_.pictures().Write("holiday/beach.jpg", MakePicture({.width = 600, .height = 400, .seed = 3, .exif = AtSecond(0)}));
    running_.pictures().Write("sent/small.jpg", MakePicture({.width = 300, .height = 200, .seed = 3}));
    running_.pictures().Write("burst/a.jpg", MakePicture({.width = 600, .height = 400, .seed = 9, .quality = 92, .exif = AtSecond(30)}));
    running_.pictures().Write("burst/b.jpg", MakePicture({.width = 600, .height = 400, .seed = 9, .quality = 85, .exif = AtSecond(31)}));
    const std::string same = running_.Write("same.png", 60);
    running_.pictures().Write("backup/same.png", same);
    running_.Start();
    running_.WaitIdle();
  }
  static test::ExifSpec AtSecond(int second) {
    return {.date_time_original = "2021:05:06 07:08:" + std::string(second < 10 ? "0" : "") + std::to_string(second), .make = "Canon", .model = "EOS R5"};
  }
  void Search() {
    ASSERT_THAT(running_.library().FindDuplicates({.copies = 0.999f, .bursts = 0.99f}), IsOk());
    ASSERT_TRUE(test::WaitUntil([&] { return !Page({})->running; }));
    ASSERT_EQ(running_.library().Jobs(1).front().job.state, storage::JobState::kDone) << running_.library().Jobs(1).front().job.error;
  }
  Result<DuplicatePage> Page(const DuplicateQuery& query) { return running_.library().Duplicates(query); }
  // A group as its paths below the folder of pictures, the one to keep marked.
  std::vector<std::string> Paths(const ShownDuplicates& group) const {
    std::vector<std::string> paths;
    for (const auto& shot : group.shots) {
      paths.push_back((shot.keep ? "+" : "") + shot.photo.paths[shot.path].path.substr(running_.pictures().path().size() + 1));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  void Remove(const std::string& name) {
    std::filesystem::remove(running_.pictures() / name);
    running_.Restart();
    running_.WaitIdle();
  }
  RunningLibrary running_;
};

TEST_F(LibraryDuplicates, FindsEachKindAndTheBestToKeep) {
  EXPECT_EQ(Page({})->report.run, 0u);
  EXPECT_FALSE(Page({})->photos_since);
  Search();
  const auto page = Page({});
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->groups.size(), 3u);
  EXPECT_THAT(Paths(page->groups[0]), ElementsAre("+backup/same.png", "same.png"));
  EXPECT_THAT(Paths(page->groups[1]), ElementsAre("+holiday/beach.jpg", "sent/small.jpg"));
  EXPECT_THAT(Paths(page->groups[2]), ElementsAre("+burst/a.jpg", "burst/b.jpg"));
  EXPECT_EQ(page->groups[2].kind, DuplicateKind::kBurst);
  EXPECT_THAT(page->found, ElementsAre(1, 1, 1));
  EXPECT_EQ(page->photos_since, 0u);
  EXPECT_FALSE(page->next);
  EXPECT_EQ(page->report.photos, 9u);
}

TEST_F(LibraryDuplicates, PagesThroughAllOrOneKind) {
  Search();
  std::vector<DuplicateKind> kinds;
  DuplicateQuery query{.limit = 1};
  for (int i = 0; i < 5; ++i) {
    const auto page = Page(query);
    ASSERT_THAT(page, IsOk());
    for (const auto& group : page->groups) kinds.push_back(group.kind);
    if (!page->next) break;
    query.from = page->next;
  }
  EXPECT_THAT(kinds, ElementsAre(DuplicateKind::kIdentical, DuplicateKind::kCopies, DuplicateKind::kBurst));
  const auto bursts = Page({.kind = DuplicateKind::kBurst});
  ASSERT_EQ(bursts->groups.size(), 1u);
  EXPECT_EQ(bursts->groups[0].kind, DuplicateKind::kBurst);
  EXPECT_THAT(Page({.kind = DuplicateKind::kBurst, .from = DuplicatePlace{.run = 1, .group = 0}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Page({.limit = 0}), StatusIs(StatusCode::kInvalidArgument));
  Search();
  EXPECT_THAT(Page(query), StatusIs(StatusCode::kInvalidArgument)) << "a cursor of the search before";
}

TEST_F(LibraryDuplicates, LeavesOutWhatIsGoneAndCountsWhatCame) {
  Search();
  running_.Write("new1.png", 70);
  running_.Write("new2.png", 71);
  Remove("sent/small.jpg");
  ASSERT_TRUE(test::WaitUntil([&] { return Page({})->photos_since.has_value(); }));
  auto page = Page({});
  EXPECT_EQ(page->photos_since, 2u);
  ASSERT_EQ(page->groups.size(), 2u) << "one picture is no group";
  EXPECT_THAT(page->found, ElementsAre(1, 1, 1)) << "as it was found";
  EXPECT_TRUE(Page({.kind = DuplicateKind::kCopies})->groups.empty());
  Remove("backup/same.png");
  EXPECT_TRUE(Page({.kind = DuplicateKind::kIdentical})->groups.empty());
  EXPECT_THAT(Paths(Page({})->groups.at(0)), ElementsAre("+burst/a.jpg", "burst/b.jpg"));
}

TEST_F(LibraryDuplicates, RefusesWhatMakesNoSense) {
  EXPECT_THAT(running_.library().FindDuplicates({.copies = 1.5f, .bursts = {}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(running_.library().FindDuplicates({.copies = {}, .bursts = 0.f}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(running_.library().CancelJob(123456), StatusIs(StatusCode::kNotFound));
  Search();
  EXPECT_THAT(running_.library().CancelJob(running_.library().Jobs(1).front().job.id), StatusIs(StatusCode::kNotFound)) << "it has ended";
  running_.library().Stop();
  EXPECT_THAT(running_.library().FindDuplicates({}), StatusIs(StatusCode::kBusy));
}

}  // namespace
}  // namespace fovea::indexer
