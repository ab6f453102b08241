// Photos by date, and which vectors changed since a snapshot.
// label: integration
#include <gtest/gtest.h>

#include "storage/catalog.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::FileOf;
using test::IsOk;
using test::IsOkAndHolds;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using testing::ElementsAre;
using testing::IsEmpty;

class CatalogDates : public testing::Test {
 protected:
  CatalogDates() : catalog_(OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id) {}

  PhotoId Store(const std::string& path, const std::string& content, std::optional<int64_t> taken_at_ms = std::nullopt) {
    IndexedFile file = FileOf({root_, path}, content);
    file.photo.taken_at_ms = taken_at_ms;
    return catalog_->StoreFiles(std::vector{file}).value().front().photo;
  }
  std::vector<int64_t> Dates(int64_t from_ms, int64_t before_ms, const std::optional<Catalog::Dated>& after = std::nullopt, size_t limit = 100) {
    std::vector<int64_t> dates;
    const auto photos = catalog_->ListPhotosByDate(from_ms, before_ms, after, limit).value();
    for (const PhotoRecord& photo : photos) dates.push_back(*photo.taken_at_ms);
    return dates;
  }

  TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  RootId root_;
};

TEST_F(CatalogDates, ListsARangeInOrderOfTime) {
  for (const int64_t date : std::initializer_list<int64_t>{300, -5, 0, 20, -4000, 1'000'000'000'000}) Store(std::to_string(date), std::to_string(date), date);
  Store("none", "none");
  EXPECT_THAT(Dates(INT64_MIN, INT64_MAX), ElementsAre(-4000, -5, 0, 20, 300, 1'000'000'000'000));
  EXPECT_THAT(Dates(-5, 300), ElementsAre(-5, 0, 20)) << "the end is not included";
  EXPECT_THAT(Dates(1, 20), IsEmpty());
  EXPECT_THAT(Dates(20, 20), IsEmpty());
  EXPECT_THAT(Dates(20, 1), IsEmpty());
}

TEST_F(CatalogDates, GoesOnBehindACursorWithinOneMoment) {
  const PhotoId first = Store("a", "a", 7), second = Store("b", "b", 7), third = Store("c", "c", 8);
  const auto page = catalog_->ListPhotosByDate(0, 100, std::nullopt, 1).value();
  ASSERT_EQ(page.size(), 1u);
  EXPECT_EQ(page.front().id, first);
  const auto rest = catalog_->ListPhotosByDate(0, 100, Catalog::Dated{7, first}, 9).value();
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].id, second);
  EXPECT_EQ(rest[1].id, third);
  EXPECT_THAT(Dates(8, 100, Catalog::Dated{7, first}), ElementsAre(8)) << "a cursor before the range does not widen it";
}

TEST_F(CatalogDates, ForgetsTheDateOfAPhotoThatGoes) {
  Store("a", "a", 7);
  Store("b", "b", 8);
  ASSERT_THAT(catalog_->RemovePath({root_, "a"}), IsOk());
  EXPECT_THAT(Dates(0, 100), ElementsAre(8));
  Store("b", "other", 9);
  EXPECT_THAT(Dates(0, 100), ElementsAre(9));
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
}

// A photo that comes and goes within one write leaves nothing, though that write does not look its own record up in the store.
TEST_F(CatalogDates, KeepsNothingOfAPhotoThatComesAndGoesWithinOneWrite) {
  IndexedFile first = FileOf({root_, "a"}, "one"), second = FileOf({root_, "a"}, "two"), copy = FileOf({root_, "b"}, "two");
  first.photo.taken_at_ms = 1;
  second.photo.taken_at_ms = copy.photo.taken_at_ms = 2;
  first.thumbnail = "webp";
  const auto stored = catalog_->StoreFiles(std::vector{first, second, copy}).value();
  EXPECT_EQ(stored[1].photo, stored[2].photo);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog_), "");
  EXPECT_THAT(Dates(0, 100), ElementsAre(2));
  EXPECT_THAT(catalog_->GetPhoto(stored[0].photo), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->GetVector(stored[0].photo), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->GetThumbnail(stored[0].photo), StatusIs(StatusCode::kNotFound));
}

TEST_F(CatalogDates, TellsWhichVectorsChangedEachOnce) {
  const PhotoId kept = Store("a", "a"), gone = Store("b", "b");
  const uint64_t before = catalog_->vector_epoch();
  EXPECT_THAT(catalog_->VectorChangesSince(before), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(catalog_->RemovePath({root_, "b"}), IsOk());
  const PhotoId brief = Store("c", "c"), last = Store("c", "d");
  EXPECT_THAT(catalog_->VectorChangesSince(before), IsOkAndHolds(ElementsAre(gone, brief, last)));
  EXPECT_THAT(catalog_->VectorChangesSince(0), IsOkAndHolds(ElementsAre(kept, gone, brief, last)));
  EXPECT_THAT(catalog_->VectorChangesSince(catalog_->vector_epoch() + 1), StatusIs(StatusCode::kNotFound));
}

TEST_F(CatalogDates, ForgetsVectorChangesThatASnapshotHolds) {
  Store("a", "a");
  const uint64_t saved = catalog_->vector_epoch();
  const PhotoId later = Store("b", "b");
  ASSERT_THAT(catalog_->ForgetVectorChanges(saved), IsOk());
  catalog_.reset();
  catalog_ = OpenBound(folder_.path());
  EXPECT_THAT(catalog_->VectorChangesSince(saved - 1), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog_->VectorChangesSince(saved), IsOkAndHolds(ElementsAre(later)));
}

}  // namespace
}  // namespace fovea::storage
