// A store of an older fovea is brought up to date when it is opened for writing.
// label: integration
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "storage/other_models.h"
#include "storage/database.h"
#include "storage/record_codec.h"
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
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

void WriteFormat(const std::string& catalog, uint32_t format) {
  const auto database = Database::Open({.folder = catalog}).value();
  rocksdb::WriteBatch batch;
  ASSERT_TRUE(batch.Put(database->handle(Column::kMeta), "format", EncodeStoreFormat(format)).ok());
  ASSERT_THAT(database->Write(batch, Database::Durability::kSynced), IsOk());
}

// Takes away what format 1 did not have.
void TurnIntoFormat1(const std::string& catalog) {
  WriteFormat(catalog, 1);
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, catalog, &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> columns;
  for (const std::string& name : names) columns.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, catalog, columns, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    if (handle->GetName() == "dates" || handle->GetName() == "changes") {
      ASSERT_TRUE(db->DropColumnFamily(handle).ok());
    }
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
}

class CatalogMigrate : public testing::Test {
 protected:
  CatalogMigrate() {
    const auto catalog = OpenBound(folder_.path());
    const RootId root = catalog->AddRoot("/photos").value().id;
    std::vector<IndexedFile> files;
    for (int i = 0; i < 200; ++i) files.push_back(FileOf({root, std::to_string(i)}, std::to_string(i)));
    EXPECT_THAT(catalog->StoreFiles(files), IsOk());
    epoch_ = catalog->vector_epoch();
    dated_ = catalog->ListPhotosByDate(INT64_MIN, INT64_MAX, std::nullopt, SIZE_MAX).value().size();
  }

  const TempDir folder_;
  uint64_t epoch_ = 0;
  size_t dated_ = 0;
};

TEST_F(CatalogMigrate, ListsThePhotosOfFormat1ByDate) {
  TurnIntoFormat1(folder_ / "catalog");
  const auto catalog = OpenBound(folder_.path());
  EXPECT_EQ(catalog->photo_count(), 200u);
  EXPECT_GT(dated_, 50u);
  EXPECT_THAT(catalog->ListPhotosByDate(INT64_MIN, INT64_MAX, std::nullopt, SIZE_MAX), IsOkAndHolds(SizeIs(dated_)));
  EXPECT_EQ(test::WhatIsInconsistent(*catalog), "");
}

TEST_F(CatalogMigrate, KnowsNoVectorChangesFromBeforeAndAllSince) {
  TurnIntoFormat1(folder_ / "catalog");
  const auto catalog = OpenBound(folder_.path());
  EXPECT_THAT(catalog->VectorChangesSince(epoch_ - 1), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(catalog->VectorChangesSince(epoch_), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(catalog->StoreFiles(std::vector{FileOf({catalog->ListRoots().front().id, "new"}, "new")}), IsOk());
  EXPECT_THAT(catalog->VectorChangesSince(epoch_), IsOkAndHolds(SizeIs(1)));
}

TEST_F(CatalogMigrate, TakesFormat2WithItsOneModel) {
  {
    const auto database = Database::Open({.folder = folder_ / "catalog"}).value();
    rocksdb::WriteBatch batch;
    ASSERT_TRUE(batch.Put(database->handle(Column::kMeta), "format", EncodeStoreFormat(2)).ok());
    ASSERT_TRUE(batch.Delete(database->handle(Column::kMeta), "models").ok());
    ASSERT_THAT(database->Write(batch, Database::Durability::kSynced), IsOk());
  }
  EXPECT_THAT(Catalog::Open({.folder = folder_.path(), .read_only = true}), IsOk());
  const auto catalog = OpenBound(folder_.path());
  EXPECT_EQ(catalog->model()->number, 1u);
  EXPECT_EQ(OtherModels(*catalog).Begin("other", 3, "")->number, 2u);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog), "");
}

// A kill before the last step leaves the old format beside columns that are partly filled.
TEST_F(CatalogMigrate, BeginsAgainAfterItWasCutShort) {
  WriteFormat(folder_ / "catalog", 1);
  const auto catalog = OpenBound(folder_.path());
  EXPECT_THAT(catalog->ListPhotosByDate(INT64_MIN, INT64_MAX, std::nullopt, SIZE_MAX), IsOkAndHolds(SizeIs(dated_)));
  EXPECT_THAT(catalog->VectorChangesSince(epoch_ - 1), StatusIs(StatusCode::kNotFound));
}

TEST_F(CatalogMigrate, IsDoneOnce) {
  TurnIntoFormat1(folder_ / "catalog");
  OpenBound(folder_.path());
  EXPECT_THAT(Catalog::Open({.folder = folder_.path(), .read_only = true}), IsOk());
}

TEST_F(CatalogMigrate, IsNotForThoseWhoOnlyRead) {
  WriteFormat(folder_ / "catalog", 1);
  EXPECT_THAT(Catalog::Open({.folder = folder_.path(), .read_only = true}), StatusIs(StatusCode::kUnsupported, HasSubstr("older fovea")));
  TurnIntoFormat1(folder_ / "catalog");
  EXPECT_THAT(Catalog::Open({.folder = folder_.path(), .read_only = true}), StatusIs(StatusCode::kUnsupported, HasSubstr("older fovea")));
}

}  // namespace
}  // namespace fovea::storage
