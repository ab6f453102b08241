// Backups and what comes back from them.
// label: integration
#include "storage/backup.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/log.h"
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
using testing::HasSubstr;
namespace fs = std::filesystem;

bool GoOn() { return true; }

void Store(Catalog& catalog, const std::string& name) {
  if (catalog.ListRoots().empty()) {
    ASSERT_THAT(catalog.AddRoot("/photos"), IsOk());
  }
  IndexedFile file = FileOf({{1}, name}, name);
  file.thumbnail = std::string(50'000, 't');
  ASSERT_THAT(catalog.StoreFiles(std::vector{file}), IsOk());
}

uintmax_t BytesIn(const std::string& folder) {
  uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) bytes += entry.is_regular_file() ? entry.file_size() : 0;
  return bytes;
}

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto catalog = OpenBound(data_);
    for (int i = 0; i < 40; ++i) Store(*catalog, std::to_string(i));
  }
  void BackUp() {
    const auto catalog = OpenBound(data_);
    ASSERT_THAT(catalog->BackUp(backups_, GoOn), IsOk());
  }
  // A file of the backup's that matches, altered.
  void Damage(const std::string& part, const std::function<void(const fs::path&)>& how) {
    for (const auto& entry : fs::recursive_directory_iterator(backups_)) {
      if (entry.is_regular_file() && entry.path().string().find(part) != std::string::npos) return how(entry.path());
    }
    FAIL() << "no file like " << part;
  }
  void ExpectNothingRestored() {
    EXPECT_FALSE(fs::exists(restored_ + "/catalog"));
    EXPECT_FALSE(fs::exists(restored_ + "/catalog.restoring"));
  }

  const TempDir folder_;
  const std::string data_ = folder_.path() + "/data", backups_ = folder_.path() + "/backups", restored_ = folder_.path() + "/restored";
};

TEST_F(BackupTest, BringsBackWhatWasThere) {
  BackUp();
  const auto facts = RestoreBackup(backups_, 0, restored_);
  ASSERT_THAT(facts, IsOk());
  EXPECT_EQ(facts->number, 1u);
  EXPECT_EQ(facts->photos, 40u);
  EXPECT_EQ(facts->model_id, test::kTestModel);
  EXPECT_GT(facts->made_at_ms, 1'700'000'000'000);
  const auto catalog = OpenBound(restored_);
  EXPECT_EQ(test::WhatIsInconsistent(*catalog), "");
  EXPECT_EQ(catalog->photo_count(), 40u);
  const PhotoId photo = catalog->GetPath({{1}, "7"}).value().photo;
  EXPECT_THAT(catalog->GetVector(photo), IsOkAndHolds(testing::ElementsAreArray(test::VectorOf("7"))));
  EXPECT_THAT(catalog->GetThumbnail(photo), IsOkAndHolds(std::string(50'000, 't')));
}

TEST_F(BackupTest, KeepsEachBackupAndSharesWhatTheyHaveInCommon) {
  BackUp();
  const uintmax_t one = BytesIn(backups_);
  {
    const auto catalog = OpenBound(data_);
    Store(*catalog, "later");
  }
  BackUp();
  EXPECT_LT(BytesIn(backups_), one * 5 / 4);
  const auto list = ListBackups(backups_);
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ(list->at(1).photos, 41u);
  ASSERT_THAT(RestoreBackup(backups_, 1, restored_), IsOk());
  EXPECT_EQ(OpenBound(restored_)->photo_count(), 40u);
  ASSERT_THAT(RestoreBackup(backups_, 0, restored_ + "2"), IsOk());
  EXPECT_EQ(OpenBound(restored_ + "2")->photo_count(), 41u);
}

TEST_F(BackupTest, IsWholeWhileOthersWrite) {
  const auto catalog = OpenBound(data_);
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) Store(*catalog, StrCat("new-", i));
  });
  for (int i = 0; i < 5; ++i) EXPECT_THAT(catalog->BackUp(backups_, GoOn), IsOk());
  stop = true;
  writer.join();
  for (uint32_t number = 1; number <= 5; ++number) {
    const std::string to = StrCat(restored_, number);
    ASSERT_THAT(RestoreBackup(backups_, number, to), IsOk());
    const auto restored = OpenBound(to);
    EXPECT_EQ(test::WhatIsInconsistent(*restored), "");
    EXPECT_GE(restored->photo_count(), 40u);
  }
}

TEST_F(BackupTest, RefusesADamagedOneWhole) {
  BackUp();
  Damage(".blob", [](const fs::path& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(1000);
    const char byte = static_cast<char>(file.get());
    file.seekp(1000);
    file.put(static_cast<char>(byte ^ 4));
  });
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), StatusIs(StatusCode::kCorrupt, HasSubstr("nothing was restored")));
  ExpectNothingRestored();
}

TEST_F(BackupTest, RefusesOneWithACutOrMissingFile) {
  BackUp();
  Damage(".sst", [](const fs::path& path) { fs::resize_file(path, fs::file_size(path) / 2); });
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), StatusIs(StatusCode::kCorrupt));
  Damage(".sst", [](const fs::path& path) { fs::remove(path); });
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), StatusIs(StatusCode::kCorrupt));
  ExpectNothingRestored();
}

TEST_F(BackupTest, RefusesWhatIsNoBackupOfFoveas) {
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(RestoreBackup(data_, 0, restored_), StatusIs(StatusCode::kUnsupported, HasSubstr("no backup of fovea's")));
  rocksdb::DB* other = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  ASSERT_TRUE(rocksdb::DB::Open(options, folder_.path() + "/other", &other).ok());
  const std::unique_ptr<rocksdb::DB> owned(other);
  rocksdb::BackupEngine* engine = nullptr;
  ASSERT_TRUE(rocksdb::BackupEngine::Open(rocksdb::BackupEngineOptions(backups_), rocksdb::Env::Default(), &engine).ok());
  const std::unique_ptr<rocksdb::BackupEngine> owned_engine(engine);
  ASSERT_TRUE(engine->CreateNewBackup(other).ok());
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), StatusIs(StatusCode::kUnsupported, HasSubstr("no backup of fovea's")));
  ASSERT_TRUE(engine->CreateNewBackupWithMetadata(rocksdb::CreateBackupOptions(), other, "fovea-backup 1\nstore_format 99\n").ok());
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), StatusIs(StatusCode::kUnsupported, HasSubstr("newer fovea (format 99")));
  ExpectNothingRestored();
}

TEST_F(BackupTest, NeverWritesOverALibraryNorIntoForeignFiles) {
  BackUp();
  EXPECT_THAT(RestoreBackup(backups_, 0, data_), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_EQ(OpenBound(data_)->photo_count(), 40u);
  const auto catalog = OpenBound(data_);
  std::ofstream(folder_.path() + "/letter.txt") << "x";
  EXPECT_THAT(catalog->BackUp(folder_.path(), GoOn), StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(catalog->BackUp("/proc/backups", GoOn), StatusIs(StatusCode::kIo, HasSubstr("/proc/backups")));
}

TEST_F(BackupTest, LeavesNoHalfOneBehindWhenEndedEarly) {
  const auto catalog = OpenBound(data_);
  ASSERT_THAT(catalog->BackUp(backups_, GoOn), IsOk());
  for (int i = 0; i < 400; ++i) Store(*catalog, StrCat("more-", i));
  EXPECT_THAT(catalog->BackUp(backups_, [] { return false; }), StatusIs(StatusCode::kCancelled));
  EXPECT_EQ(ListBackups(backups_).value().size(), 1u);
  EXPECT_THAT(catalog->BackUp(backups_, GoOn), IsOk());
  EXPECT_THAT(RestoreBackup(backups_, 0, restored_), IsOk());
}

}  // namespace
}  // namespace fovea::storage
