// Every kind of damage that a store can have, and whether Verify names it.
// label: integration
#include "storage/verify.h"

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "storage/catalog.h"
#include "storage/database.h"
#include "storage/keys.h"
#include "storage/record_codec.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::FileOf;
using test::IsOk;
using test::OpenBound;
using test::TempDir;
using testing::HasSubstr;

const Location kFirst{{1}, "a.jpg"}, kCopy{{1}, "copy.jpg"}, kBroken{{1}, "broken.jpg"};

constexpr int64_t kTakenAt = 5;

// Two photos, one of them with two paths and a date, and a failure.
void Fill(const std::string& folder) {
  const auto catalog = OpenBound(folder);
  ASSERT_EQ(catalog->AddRoot("/photos").value().id, RootId{1});
  std::vector<IndexedFile> files = {FileOf(kFirst, "one"), FileOf(kCopy, "one"), FileOf({{1}, "b.jpg"}, "two")};
  files.front().thumbnail = std::string(3000, 't');
  for (IndexedFile& file : files) file.photo.taken_at_ms.reset();
  files.front().photo.taken_at_ms = kTakenAt;
  ASSERT_THAT(catalog->StoreFiles(files), IsOk());
  FailureRecord failure;
  failure.location = kBroken;
  ASSERT_THAT(catalog->StoreFailure(failure), IsOk());
}

VerifyReport Verified(const std::string& folder) {
  const auto catalog = Catalog::Open({.folder = folder, .read_only = true});
  EXPECT_THAT(catalog, IsOk());
  const auto report = (*catalog)->Verify([](const std::string&, uint64_t) { return true; });
  EXPECT_THAT(report, IsOk());
  return *report;
}

class CatalogVerify : public testing::Test {
 protected:
  void SetUp() override { Fill(folder_.path()); }

  // Alters the store behind the catalog's back.
  void Alter(const std::function<void(Database&, rocksdb::WriteBatch&)>& alter) {
    const auto database = Database::Open({.folder = folder_.path() + "/catalog"});
    ASSERT_THAT(database, IsOk());
    rocksdb::WriteBatch batch;
    alter(**database, batch);
    ASSERT_THAT((*database)->Write(batch, Database::Durability::kSynced), IsOk());
  }
  void Remove(Column column, const std::string& key) {
    Alter([&](Database& database, rocksdb::WriteBatch& batch) { ASSERT_TRUE(batch.Delete(database.handle(column), key).ok()); });
  }
  void Put(Column column, const std::string& key, const std::string& value) {
    Alter([&](Database& database, rocksdb::WriteBatch& batch) { ASSERT_TRUE(batch.Put(database.handle(column), key, value).ok()); });
  }
  std::string Findings() const {
    const VerifyReport report = Verified(folder_.path());
    EXPECT_EQ(report.faults, report.findings.size());
    std::string all;
    for (const std::string& finding : report.findings) all += finding + "\n";
    return all;
  }

  const TempDir folder_;
};

TEST_F(CatalogVerify, FindsNothingInASoundStore) {
  const VerifyReport report = Verified(folder_.path());
  EXPECT_EQ(report.faults, 0u) << testing::PrintToString(report.findings);
  EXPECT_EQ(report.photos, 2u);
  EXPECT_EQ(report.vectors, 2u);
  EXPECT_EQ(report.contents, 2u);
  EXPECT_EQ(report.locations, 3u);
  EXPECT_EQ(report.paths, 4u);
  EXPECT_EQ(report.failures, 1u);
  EXPECT_EQ(report.thumbnails, 1u);
}

TEST_F(CatalogVerify, NamesAPhotoWithoutVector) {
  Remove(Column::kVectors, VectorKey(1, {1}));
  EXPECT_THAT(Findings(), HasSubstr("photo 1: no vector"));
}

TEST_F(CatalogVerify, NamesAVectorWithoutPhoto) {
  Put(Column::kVectors, VectorKey(1, {9}), EncodeVector(test::VectorOf("nine")));
  EXPECT_THAT(Findings(), HasSubstr("vector 9: no such photo"));
}

TEST_F(CatalogVerify, NamesAVectorOfAnotherLength) {
  Put(Column::kVectors, VectorKey(1, {1}), EncodeVector(std::vector<float>{1, 1, 0, 0}));
  EXPECT_THAT(Findings(), HasSubstr("vector 1: its length is 1.41"));
  Put(Column::kVectors, VectorKey(1, {1}), EncodeVector(std::vector<float>{1, 0}));
  EXPECT_THAT(Findings(), HasSubstr("vectors: "));
}

TEST_F(CatalogVerify, NamesWhatDangles) {
  Remove(Column::kPaths, PathKey(kCopy));
  EXPECT_THAT(Findings(), HasSubstr("\"copy.jpg\": photo 1 lists it, it is no known path"));
  Remove(Column::kLocations, LocationKey({1}, kFirst));
  EXPECT_THAT(Findings(), HasSubstr("\"a.jpg\": its photo does not list it"));
  Remove(Column::kContents, ContentKey(FileOf(kFirst, "two").photo.content));
  EXPECT_THAT(Findings(), HasSubstr("photo 2: its content is not listed"));
  Remove(Column::kFailures, PathKey(kBroken));
  EXPECT_THAT(Findings(), HasSubstr("\"broken.jpg\": failed, but no failure is listed"));
}

TEST_F(CatalogVerify, NamesATagWithoutPhoto) {
  Put(Column::kTags, TagKey({1}, "x"), EncodeMark());
  EXPECT_EQ(Verified(folder_.path()).tags, 1u);
  EXPECT_EQ(Findings(), "");
  Put(Column::kTags, TagKey({9}, "x"), EncodeMark());
  EXPECT_THAT(Findings(), HasSubstr("\"x\" of photo 9, which is not there"));
}

TEST_F(CatalogVerify, NamesPhotosAndDatesThatDoNotFit) {
  Put(Column::kDates, DateKey(kTakenAt, {9}), EncodeMark());
  EXPECT_THAT(Findings(), HasSubstr("2 dates are listed, 1 photos have one"));
  Remove(Column::kDates, DateKey(kTakenAt, {1}));
  EXPECT_THAT(Findings(), HasSubstr("photo 1: it is not listed by its date"));
}

TEST_F(CatalogVerify, NamesCountsThatAreWrong) {
  Put(Column::kMeta, "counters", EncodeCounters({.next_photo = 2, .photos = 1, .failures = 3}));
  const std::string findings = Findings();
  EXPECT_THAT(findings, HasSubstr("counted 1 photos, found 2"));
  EXPECT_THAT(findings, HasSubstr("counted 3 failures, found 1"));
  EXPECT_THAT(findings, HasSubstr("the next photo's number is given already"));
}

TEST_F(CatalogVerify, NamesAFileWithAFlippedByte) {
  OpenBound(folder_.path());  // what was in the log goes into tables
  std::string flipped;
  for (const char* kind : {".sst", ".blob"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path() + "/catalog")) {
      if (entry.path().extension() != kind) continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(60);
      const char byte = static_cast<char>(file.get());
      file.seekp(60);
      file.put(static_cast<char>(byte ^ 1));
      flipped += kind;
    }
  }
  ASSERT_THAT(flipped, HasSubstr(".sst"));
  const auto catalog = Catalog::Open({.folder = folder_.path(), .read_only = true});
  if (catalog) {
    EXPECT_GT(Verified(folder_.path()).faults, 0u);
  } else {
    EXPECT_EQ(catalog.error().code(), StatusCode::kCorrupt);  // a table that is read on opening
  }
}

TEST_F(CatalogVerify, EndsWhenToldTo) {
  const auto catalog = OpenBound(folder_.path());
  EXPECT_THAT(catalog->Verify([](const std::string&, uint64_t) { return false; }), test::StatusIs(StatusCode::kCancelled));
}

}  // namespace
}  // namespace fovea::storage
