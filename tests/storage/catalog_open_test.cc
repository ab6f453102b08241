// What opening a store does when something stands in the way: locks, formats, models, folders, damage.
// label: integration
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "storage/catalog.h"
#include "storage/database.h"
#include "storage/keys.h"
#include "storage/record_codec.h"
#include "tests/support/catalog_files.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::ChildProcess;
using test::FileOf;
using test::IsOk;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using testing::AllOf;
using testing::HasSubstr;

Result<std::unique_ptr<Catalog>> Open(const TempDir& folder) { return Catalog::Open({.folder = folder.path()}); }

// A store with one root and one photo in it.
PhotoId MakeStore(const TempDir& folder) {
  const auto catalog = OpenBound(folder.path());
  const RootId root = catalog->AddRoot("/photos").value().id;
  return catalog->StoreFiles(std::vector{FileOf({root, "a.jpg"}, "one")}).value().front().photo;
}

// Overwrites one stored value.
void Overwrite(const TempDir& folder, Column column, std::string_view key, std::string_view value) {
  const auto database = Database::Open({.folder = folder / "catalog"}).value();
  rocksdb::WriteBatch batch;
  ASSERT_TRUE(batch.Put(database->handle(column), rocksdb::Slice(key.data(), key.size()), rocksdb::Slice(value.data(), value.size())).ok());
  ASSERT_THAT(database->Write(batch, Database::Durability::kSynced), IsOk());
}

TEST(CatalogOpen, MakesAFolderThatIsMissing) {
  const TempDir folder;
  EXPECT_THAT(Catalog::Open({.folder = folder / "a/b"}), IsOk());
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b"));
}

TEST(CatalogOpen, NamesTheFolderThatCannotBeMade) {
  const TempDir folder;
  const std::string file = folder.Write("file", "");
  EXPECT_THAT(Catalog::Open({.folder = file + "/data"}), StatusIs(StatusCode::kIo, HasSubstr(file)));
}

TEST(CatalogOpen, NamesAFolderThatMayNotBeWritten) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody who may not write";
  const TempDir folder;
  MakeStore(folder);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  ASSERT_EQ(::seteuid(65534), 0);
  const auto opened = Open(folder);
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_THAT(opened, StatusIs(StatusCode::kIo, HasSubstr(folder.path())));
}

TEST(CatalogOpen, RefusesAFolderThatThisProcessHolds) {
  const TempDir folder;
  const auto first = OpenBound(folder.path());
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kBusy, HasSubstr(folder / "catalog/LOCK")));
  EXPECT_THAT(first->AddRoot("/photos"), IsOk());
}

// Waits in a child process with an open store. Run only by the test below.
TEST(CatalogOpenChild, DISABLED_HoldsTheLock) {
  const auto catalog = OpenBound(ChildProcess::Argument());
  ChildProcess::Say("open");
  ChildProcess::WaitForEnd();
}

TEST(CatalogOpen, NamesTheProcessThatHoldsTheLock) {
  const TempDir folder;
  ChildProcess child("CatalogOpenChild.DISABLED_HoldsTheLock", folder.path());
  ASSERT_EQ(child.ReadLine(), "open");
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kBusy, AllOf(HasSubstr(folder / "catalog/LOCK"),
                                                              HasSubstr("process " + std::to_string(child.pid())))));
  child.Kill();
  EXPECT_THAT(Open(folder), IsOk());
}

TEST(CatalogOpen, ReadsBesideAProcessThatWrites) {
  const TempDir folder;
  const PhotoId id = MakeStore(folder);
  const auto writer = OpenBound(folder.path());
  auto reader = Catalog::Open({.folder = folder.path(), .read_only = true}).value();
  EXPECT_THAT(reader->BindModel(test::kTestModel, test::kTestDim), IsOk());
  EXPECT_THAT(reader->GetVector(id), IsOk());
  EXPECT_EQ(reader->photo_count(), 1u);
  EXPECT_THAT(reader->AddRoot("/other"), StatusIs(StatusCode::kUnsupported, HasSubstr("reading only")));
}

TEST(CatalogOpen, FindsNothingToReadInAnEmptyFolder) {
  const TempDir folder;
  EXPECT_THAT(Catalog::Open({.folder = folder.path(), .read_only = true}), StatusIs(StatusCode::kNotFound, HasSubstr(folder.path())));
}

TEST(CatalogOpen, RefusesANewerFormat) {
  const TempDir folder;
  MakeStore(folder);
  Overwrite(folder, Column::kMeta, "format", EncodeStoreFormat(4));
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kUnsupported, HasSubstr("made by a newer fovea (format 4; this one reads up to 3)")));
}

TEST(CatalogOpen, RefusesAStoreWithAnUnknownColumn) {
  const TempDir folder;
  MakeStore(folder);
  {
    rocksdb::DB* opened = nullptr;
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, folder / "catalog", &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> columns;
    for (const std::string& name : names) columns.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    ASSERT_TRUE(rocksdb::DB::Open({}, folder / "catalog", columns, &handles, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::ColumnFamilyHandle* added = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily({}, "dreams", &added).ok());
    handles.push_back(added);
    for (rocksdb::ColumnFamilyHandle* handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kUnsupported, HasSubstr("newer fovea (it holds \"dreams\"")));
}

TEST(CatalogOpen, RefusesAnotherModelAndSaysWhatToDo) {
  const TempDir folder;
  MakeStore(folder);
  const auto catalog = Open(folder).value();
  EXPECT_THAT(catalog->BindModel("other-model", test::kTestDim),
              StatusIs(StatusCode::kUnsupported, AllOf(HasSubstr("test-model"), HasSubstr("other-model"), HasSubstr("--model"), HasSubstr("--data"))));
  EXPECT_THAT(catalog->BindModel(test::kTestModel, 8), StatusIs(StatusCode::kUnsupported, AllOf(HasSubstr("(4 values each)"), HasSubstr("(8)"))));
  EXPECT_THAT(catalog->BindModel(test::kTestModel, 0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(catalog->BindModel(test::kTestModel, test::kTestDim), IsOk());
  EXPECT_EQ(catalog->model()->id, test::kTestModel);
}

TEST(CatalogOpen, TakesAnotherModelWhileThereAreNoPhotos) {
  const TempDir folder;
  OpenBound(folder.path()).reset();
  const auto catalog = Open(folder).value();
  EXPECT_THAT(catalog->BindModel("other-model", 8), IsOk());
  EXPECT_EQ(catalog->model()->dim, 8);
}

TEST(CatalogOpen, DoesNotBeginAnewWhenTheHeadOfAStoreIsLost) {
  const TempDir folder;
  MakeStore(folder);
  std::filesystem::remove(folder / "catalog/CURRENT");
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kCorrupt, HasSubstr("CURRENT")));
}

TEST(CatalogOpen, SaysThatAManifestIsDamaged) {
  const TempDir folder;
  MakeStore(folder);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "catalog")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) std::filesystem::resize_file(entry.path(), 20);
  }
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kCorrupt, HasSubstr(folder.path())));
}

TEST(CatalogOpen, TellsADamagedValueByItsNameAndReadsTheOthers) {
  const TempDir folder;
  const PhotoId id = MakeStore(folder);
  Overwrite(folder, Column::kPhotos, PhotoKey(id), "\x01half");
  Overwrite(folder, Column::kVectors, VectorKey(1, id), "\x01\x01\xff\xff\xff\xff");
  const auto catalog = OpenBound(folder.path());
  EXPECT_THAT(catalog->GetPhoto(id), StatusIs(StatusCode::kCorrupt, HasSubstr("photo " + std::to_string(id.value))));
  EXPECT_THAT(catalog->GetVector(id), StatusIs(StatusCode::kCorrupt, HasSubstr("vector of photo")));
  EXPECT_THAT(catalog->LocationsOf(id), IsOk());
}

TEST(CatalogOpen, RefusesDamagedCounters) {
  const TempDir folder;
  MakeStore(folder);
  Overwrite(folder, Column::kMeta, "counters", "\x01");
  EXPECT_THAT(Open(folder), StatusIs(StatusCode::kCorrupt, HasSubstr("counters")));
}

}  // namespace
}  // namespace fovea::storage
