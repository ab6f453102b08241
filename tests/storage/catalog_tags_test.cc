// Tags: they stay with their photo over a restart, a rename and a backup, and go with it.
// label: integration
#include <gmock/gmock.h>

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

class CatalogTags : public testing::Test {
 protected:
  CatalogTags() : catalog_(OpenBound(folder_.path())), root_(catalog_->AddRoot("/photos").value().id), first_(Store("a.jpg", "one")), second_(Store("b.jpg", "two")) {}
  PhotoId Store(const std::string& path, const std::string& content) {
    return catalog_->StoreFiles(std::vector{FileOf({root_, path}, content)}).value().front().photo;
  }
  void Tag(PhotoId photo, const std::vector<std::string>& tags) {
    EXPECT_THAT(catalog_->ChangeTags({.photos = {photo}, .add = tags, .remove = {}}), IsOkAndHolds(IsEmpty()));
  }
  std::vector<std::pair<uint64_t, std::string>> All() {
    std::vector<std::pair<uint64_t, std::string>> all;
    EXPECT_THAT(catalog_->ForEachTag([&](PhotoId photo, const std::string& tag) { return all.emplace_back(photo.value, tag), true; }), IsOk());
    return all;
  }

  const TempDir folder_;
  std::unique_ptr<Catalog> catalog_;
  const RootId root_;
  const PhotoId first_, second_;
};

TEST_F(CatalogTags, ArePutTakenOffAndKept) {
  Tag(first_, {"favourite", "Zürich"});
  EXPECT_THAT(catalog_->ChangeTags({.photos = {first_, second_}, .add = {"trip", "favourite"}, .remove = {"Zürich", "none"}}), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(catalog_->TagsOf(first_), IsOkAndHolds(ElementsAre("favourite", "trip")));
  ASSERT_THAT(catalog_->MovePath({root_, "a.jpg"}, {root_, "c.jpg"}), IsOk());
  catalog_.reset();
  catalog_ = OpenBound(folder_.path());
  EXPECT_THAT(catalog_->TagsOf(first_), IsOkAndHolds(ElementsAre("favourite", "trip")));
  EXPECT_THAT(All(), ElementsAre(std::pair(first_.value, "favourite"), std::pair(first_.value, "trip"), std::pair(second_.value, "favourite"),
                                 std::pair(second_.value, "trip")));
}

TEST_F(CatalogTags, GoWithTheirPhotoAndNoOther) {
  Tag(first_, {"x", std::string(kMaxTagBytes, 'y')});
  Tag(second_, {"x"});
  ASSERT_THAT(catalog_->RemovePath({root_, "a.jpg"}), IsOk());
  EXPECT_THAT(catalog_->TagsOf(first_), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(All(), ElementsAre(std::pair(second_.value, "x")));
  ASSERT_THAT(test::RemoveRoot(*catalog_, root_), IsOk());
  EXPECT_THAT(All(), IsEmpty());
}

TEST_F(CatalogTags, OfUnknownPhotosAreNotKept) {
  EXPECT_THAT(catalog_->ChangeTags({.photos = {PhotoId{99}, first_, PhotoId{0}}, .add = {"x"}, .remove = {}}), IsOkAndHolds(ElementsAre(PhotoId{99}, PhotoId{0})));
  EXPECT_THAT(All(), ElementsAre(std::pair(first_.value, "x")));
}

TEST_F(CatalogTags, HaveALength) {
  for (const std::string& tag : {std::string(), std::string(kMaxTagBytes + 1, 'x')}) {
    EXPECT_THAT(catalog_->ChangeTags({.photos = {first_}, .add = {"good", tag}, .remove = {}}), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(catalog_->ChangeTags({.photos = {first_}, .add = {}, .remove = {tag}}), StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(All(), IsEmpty()) << "all or nothing";
}

TEST_F(CatalogTags, AreInABackup) {
  Tag(first_, {"favourite"});
  const TempDir backups, restored;
  ASSERT_THAT(catalog_->BackUp(backups / "b", [] { return true; }), IsOk());
  ASSERT_THAT(RestoreBackup(backups / "b", 0, restored / "r"), IsOk());
  EXPECT_THAT(OpenBound(restored / "r")->TagsOf(first_), IsOkAndHolds(ElementsAre("favourite")));
}

}  // namespace
}  // namespace fovea::storage
