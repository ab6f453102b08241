// What is left of a store when its process is killed, or its disk refuses, at any point of a write.
// label: integration
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "storage/catalog.h"
#include "tests/support/catalog_files.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::storage {
namespace {

using test::ChildProcess;
using test::FileOf;
using test::IsOk;
using test::IsOkAndHolds;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using test::WhatIsInconsistent;

RootId OnlyRoot(Catalog& catalog) {
  const std::vector<Root> roots = catalog.ListRoots();
  return roots.empty() ? catalog.AddRoot("/photos").value().id : roots.front().id;
}

// Stores files without end and says the name of each after it was stored: new ones, known contents, replaced ones,
// failures, moves. Run only by the test below.
TEST(CatalogKillChild, DISABLED_StoresWithoutEnd) {
  const auto catalog = OpenBound(ChildProcess::Argument());
  const RootId root = OnlyRoot(*catalog);
  const uint64_t start = catalog->photo_count() * 1000;
  for (uint64_t i = start;; ++i) {
    const std::string name = StrCat("file-", i);
    std::vector<IndexedFile> files;
    for (const char* part : {"/a.jpg", "/b.jpg", "/c.jpg"}) files.push_back(FileOf({root, name + part}, name + part));
    files.push_back(FileOf({root, name + "/copy.jpg"}, name + "/a.jpg"));
    files.push_back(FileOf({root, "replaced.jpg"}, name + "/own"));
    for (IndexedFile& file : files) file.thumbnail = std::string(3000, 't');
    ASSERT_THAT(catalog->StoreFiles(files), IsOk());
    ChildProcess::Say(name);
    FailureRecord failure;
    failure.location = {root, name + "/b.jpg"};
    failure.reason = "cut";
    ASSERT_THAT(catalog->StoreFailure(failure), IsOk());
    ASSERT_THAT(catalog->MovePath({root, name + "/c.jpg"}, {root, "moved.jpg"}), IsOk());
  }
}

TEST(CatalogKill, KeepsAllThatWasReportedThroughTenKills) {
  const TempDir folder;
  std::vector<std::string> reported;
  for (int round = 0; round < 10; ++round) {
    {
      ChildProcess child("CatalogKillChild.DISABLED_StoresWithoutEnd", folder.path());
      for (int i = 0; i <= round * 7; ++i) reported.push_back(child.ReadLine());
      child.Kill();
      for (std::string name = child.ReadLine(); !name.empty(); name = child.ReadLine()) reported.push_back(name);
    }
    const auto catalog = OpenBound(folder.path());
    const RootId root = OnlyRoot(*catalog);
    EXPECT_EQ(WhatIsInconsistent(*catalog), "");
    for (const std::string& name : reported) {
      const auto path = catalog->GetPath({root, name + "/a.jpg"});
      ASSERT_THAT(path, IsOk());
      EXPECT_THAT(catalog->GetVector(path->photo), IsOkAndHolds(testing::ElementsAreArray(test::VectorOf(name + "/a.jpg"))));
      EXPECT_EQ(catalog->GetPath({root, name + "/copy.jpg"}).value().photo, path->photo);
    }
  }
}

// Removes the root that the parent filled, and says nothing: it is killed while it does so.
TEST(CatalogKillChild, DISABLED_RemovesTheRoot) {
  const auto catalog = OpenBound(ChildProcess::Argument());
  ChildProcess::Say("begins");
  ASSERT_THAT(test::RemoveRoot(*catalog, OnlyRoot(*catalog)), IsOk());
}

TEST(CatalogKill, LeavesNothingDanglingWhenKilledWhileARootIsRemoved) {
  const TempDir folder;
  {
    const auto catalog = OpenBound(folder.path());
    std::vector<IndexedFile> files;
    for (int i = 0; i < 5'000; ++i) files.push_back(FileOf({OnlyRoot(*catalog), std::to_string(i)}, std::to_string(i)));
    ASSERT_THAT(catalog->StoreFiles(files), IsOk());
  }
  for (int round = 0; round < 2; ++round) {
    ChildProcess child("CatalogKillChild.DISABLED_RemovesTheRoot", folder.path());
    child.ReadLine();
    child.Kill();
    EXPECT_EQ(WhatIsInconsistent(*OpenBound(folder.path())), "");
  }
  const auto catalog = OpenBound(folder.path());
  if (!catalog->ListRoots().empty()) {
    ASSERT_THAT(test::RemoveRoot(*catalog, OnlyRoot(*catalog)), IsOk());
  }
  EXPECT_EQ(catalog->photo_count(), 0u);
}

// No file may grow beyond `bytes` while it lives: writes fail as they do on a full disk, at a byte of the test's choice.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

uintmax_t LargestFile(const std::string& folder) {
  uintmax_t largest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string extension = entry.path().extension();
    if (extension == ".log") largest = std::max(largest, entry.file_size());
  }
  return largest;
}

TEST(CatalogKill, IsConsistentAfterADiskThatRefusesAnyPartOfAWrite) {
  const TempDir folder;
  {
    const auto catalog = OpenBound(folder.path());
    ASSERT_THAT(catalog->StoreFiles(std::vector{FileOf({OnlyRoot(*catalog), "a.jpg"}, "one"), FileOf({OnlyRoot(*catalog), "b.jpg"}, "two")}), IsOk());
  }
  bool stored = false;
  for (uintmax_t room = 1; !stored; room += 97) {
    {
      const auto catalog = OpenBound(folder.path());
      const RootId root = OnlyRoot(*catalog);
      ASSERT_THAT(catalog->SetRootDevice(root, room), IsOk());  // so that the log is not empty
      const FileSizeLimit limit(LargestFile(folder / "catalog") + room);
      const auto result = catalog->StoreFiles(std::vector{FileOf({root, "a.jpg"}, "three"), FileOf({root, "c.jpg"}, "two")});
      stored = result.has_value();
      if (!stored) {
        EXPECT_THAT(result, StatusIs(StatusCode::kIo));
        EXPECT_THAT(catalog->GetPath({root, "a.jpg"}), IsOk());
        EXPECT_THAT(catalog->GetPath({root, "c.jpg"}), StatusIs(StatusCode::kNotFound));
      }
    }
    const auto catalog = OpenBound(folder.path());
    ASSERT_EQ(WhatIsInconsistent(*catalog), "");
    ASSERT_EQ(catalog->photo_count(), 2u);
    ASSERT_LT(room, 10'000u);
  }
}

// Debian's RocksDB ended the process when anything was written after a failed write, even its own log file.
TEST(CatalogKill, GoesOnReadingAfterAFailedWriteAndWritesOnceReopened) {
  const TempDir folder;
  {
    const auto catalog = OpenBound(folder.path());
    const RootId root = OnlyRoot(*catalog);
    {
      const FileSizeLimit limit(LargestFile(folder / "catalog") + 10);
      EXPECT_THAT(catalog->StoreFiles(std::vector{FileOf({root, "a.jpg"}, "one")}), StatusIs(StatusCode::kIo));
    }
    EXPECT_THAT(catalog->Health(), StatusIs(StatusCode::kIo, testing::HasSubstr("until fovea is started again")));
    EXPECT_THAT(catalog->StoreFiles(std::vector{FileOf({root, "a.jpg"}, "one")}), StatusIs(StatusCode::kIo));
    EXPECT_THAT(catalog->ListPhotos(PhotoId{0}, 10), IsOk());
  }
  const auto catalog = OpenBound(folder.path());
  EXPECT_THAT(catalog->StoreFiles(std::vector{FileOf({OnlyRoot(*catalog), "a.jpg"}, "one")}), IsOk());
  EXPECT_THAT(catalog->Health(), IsOk());
  EXPECT_EQ(WhatIsInconsistent(*catalog), "");
}

}  // namespace
}  // namespace fovea::storage
