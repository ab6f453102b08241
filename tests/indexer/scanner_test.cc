// What a scan tells of a real folder, compared with a real catalog.
// label: integration
#include "indexer/scanner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "indexer/file_stamp.h"
#include "tests/support/catalog_files.h"
#include "tests/support/matchers.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

namespace fs = std::filesystem;
using storage::Location;
using test::FileOf;
using test::IsOk;
using test::OpenBound;
using test::StatusIs;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Writes down what it hears and, unless told otherwise, does it to the catalog, as the pipeline would.
class RecordingSink final : public ScanSink {
 public:
  explicit RecordingSink(storage::Catalog& catalog) : catalog_(catalog) {}
  void OnChanged(const Location& location, const storage::FileStamp& stamp) override {
    events.push_back("changed " + location.path);
    storage::IndexedFile file = FileOf(location, location.path);
    file.stamp = stamp;
    if (act) {
      EXPECT_THAT(catalog_.StoreFiles(std::vector{file}), IsOk());
    }
  }
  void OnMoved(const Location& from, const Location& to) override {
    events.push_back("moved " + from.path + " " + to.path);
    if (act) {
      EXPECT_THAT(catalog_.MovePath(from, to), IsOk());
    }
  }
  void OnGone(const Location& location) override {
    events.push_back("gone " + location.path);
    if (act) {
      EXPECT_THAT(catalog_.RemovePath(location), IsOk());
    }
  }
  void OnUnreadable(const Location& location, const storage::FileStamp& stamp, const Status& why) override {
    events.push_back("unreadable " + location.path);
    storage::FailureRecord failure;
    failure.location = location;
    failure.stamp = stamp;
    failure.code = why.code();
    failure.reason = why.message();
    if (act) {
      EXPECT_THAT(catalog_.StoreFailure(failure), IsOk());
    }
  }
  void OnProgress(uint64_t seen) override { progress = seen; }

  std::vector<std::string> events;
  uint64_t progress = 0;
  bool act = true;

 private:
  storage::Catalog& catalog_;
};

class ScannerTest : public testing::Test {
 protected:
  ScannerTest() : catalog_(OpenBound(data_.path())), root_(catalog_->AddRoot(folder_.path()).value().id), sink_(*catalog_) {}

  ScanSummary Scan(const std::string& folder = "") {
    sink_.events.clear();
    ScanOptions options;
    options.folder = folder;
    const auto summary = ScanRoot(*catalog_, catalog_->GetRoot(root_).value(), options, sink_, {});
    EXPECT_THAT(summary, IsOk());
    return summary.value_or(ScanSummary{});
  }
  std::vector<std::string> Events(const std::string& folder = "") {
    Scan(folder);
    return sink_.events;
  }
  void Fail(const std::string& path) {
    storage::FailureRecord failure;
    failure.location = {root_, path};
    failure.stamp = StampOfPath(folder_ / path).value();
    failure.reason = "cut";
    ASSERT_THAT(catalog_->StoreFailure(failure), IsOk());
  }

  TempDir data_;
  TempDir folder_;
  std::unique_ptr<storage::Catalog> catalog_;
  storage::RootId root_;
  RecordingSink sink_;
};

TEST_F(ScannerTest, TellsNewFilesInByteOrderAndThenNothing) {
  for (const char* name : {"b.jpg", "a.jpg", "a/x.png", "a-1.jpg", "a/b/c.webp", "noextension"}) folder_.Write(name, name);
  const ScanSummary summary = Scan();
  EXPECT_THAT(sink_.events, ElementsAre("changed a-1.jpg", "changed a.jpg", "changed a/b/c.webp", "changed a/x.png", "changed b.jpg",
                                        "changed noextension"));
  EXPECT_EQ(summary.end, ScanEnd::kComplete);
  EXPECT_EQ(summary.seen, 6u);
  EXPECT_EQ(summary.changed, 6u);
  EXPECT_EQ(sink_.progress, 6u);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ScannerTest, ComparesMorePathsThanOnePageHolds) {
  for (int i = 0; i < 2300; ++i) folder_.Write(StrCat("f", i % 7, "/", i, ".jpg"), "x");
  sink_.act = false;
  EXPECT_EQ(Scan().changed, 2300u);
  std::vector<storage::IndexedFile> files;
  for (const std::string& event : sink_.events) {
    const std::string path = event.substr(event.find(' ') + 1);
    files.push_back(FileOf({root_, path}, "x"));
    files.back().stamp = StampOfPath(folder_ / path).value();
  }
  ASSERT_THAT(catalog_->StoreFiles(files), IsOk());
  EXPECT_THAT(Events(), IsEmpty());
  fs::remove(folder_ / "f3/10.jpg");
  EXPECT_THAT(Events(), ElementsAre("gone f3/10.jpg"));
}

TEST_F(ScannerTest, PassesOverWhatTheRulesName) {
  for (const char* name : {".hidden.jpg", ".git/x.jpg", "@eaDir/x.jpg", "a.txt", "a.MP4", "a.xmp", "Thumbs.db", "a/.b/c.jpg"}) folder_.Write(name, "x");
  ASSERT_EQ(::mkfifo((folder_ / "fifo.jpg").c_str(), 0600), 0);
  folder_.Write("kept.JPG", "x");
  TempDir outside;
  fs::create_symlink(outside.Write("out.jpg", "x"), folder_ / "link.jpg");
  fs::create_symlink(folder_ / "kept.JPG", folder_ / "inside.jpg");
  fs::create_directory_symlink(outside.path(), folder_ / "linked");
  EXPECT_THAT(Events(), ElementsAre("changed kept.JPG"));
}

TEST_F(ScannerTest, PassesOverTheCatalogsOwnFolder) {
  TempDir folder;
  folder.Write("a.jpg", "x");
  const auto catalog = OpenBound(folder / "data");
  const auto root = catalog->AddRoot(folder.path()).value();
  RecordingSink sink(*catalog);
  ASSERT_THAT(ScanRoot(*catalog, root, {}, sink, {}), IsOk());
  EXPECT_THAT(sink.events, ElementsAre("changed a.jpg"));
}

TEST_F(ScannerTest, TakesNamesThatAreNotUtf8AsTheyAre) {
  folder_.Write("caf\xe9/\xff.jpg", "x");
  EXPECT_THAT(Events(), ElementsAre("changed caf\xe9/\xff.jpg"));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ScannerTest, TellsReplacedAndDeletedFiles) {
  for (const char* name : {"a.jpg", "b.jpg", "c.jpg"}) folder_.Write(name, name);
  Scan();
  folder_.Write("a.jpg", "longer than before");
  fs::remove(folder_ / "b.jpg");
  const ScanSummary summary = Scan();
  EXPECT_THAT(sink_.events, ElementsAre("changed a.jpg", "gone b.jpg"));
  EXPECT_EQ(summary.gone, 1u);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ScannerTest, TellsAFileWhoseTimeAloneHasChanged) {
  folder_.Write("a.jpg", "x");
  Scan();
  fs::last_write_time(folder_ / "a.jpg", fs::file_time_type::clock::now() - std::chrono::hours(5));
  EXPECT_THAT(Events(), ElementsAre("changed a.jpg"));
}

TEST_F(ScannerTest, FindsRenamesForwardsAndBackwardsAndOfWholeFolders) {
  folder_.Write("m.jpg", "first");
  folder_.Write("n.jpg", "second");
  folder_.Write("old/1.jpg", "third");
  folder_.Write("old/2.jpg", "fourth");
  Scan();
  fs::rename(folder_ / "m.jpg", folder_ / "a.jpg");
  fs::rename(folder_ / "n.jpg", folder_ / "z.jpg");
  fs::rename(folder_ / "old", folder_ / "new");
  const ScanSummary summary = Scan();
  EXPECT_THAT(sink_.events, testing::UnorderedElementsAre("moved m.jpg a.jpg", "moved n.jpg z.jpg", "moved old/1.jpg new/1.jpg",
                                                          "moved old/2.jpg new/2.jpg"));
  EXPECT_EQ(summary.moved, 4u);
  EXPECT_EQ(summary.changed + summary.gone, 0u);
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ScannerTest, FindsARenameOverAKnownFile) {
  folder_.Write("a.jpg", "first");
  folder_.Write("b.jpg", "second file");
  Scan();
  fs::rename(folder_ / "a.jpg", folder_ / "b.jpg");
  EXPECT_THAT(Events(), ElementsAre("moved a.jpg b.jpg"));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(ScannerTest, TakesASecondNameOfAFileAsNew) {
  folder_.Write("a.jpg", "first");
  Scan();
  fs::create_hard_link(folder_ / "a.jpg", folder_ / "b.jpg");
  EXPECT_THAT(Events(), ElementsAre("changed b.jpg"));
}

TEST_F(ScannerTest, DoesNotTellFailedFilesAgainUntilTheyChange) {
  folder_.Write("a.jpg", "not a picture");
  Fail("a.jpg");
  EXPECT_THAT(Events(), IsEmpty());
  folder_.Write("a.jpg", "another content");
  EXPECT_THAT(Events(), ElementsAre("changed a.jpg"));
}

TEST_F(ScannerTest, ScansOneFolderAlone) {
  for (const char* name : {"a/1.jpg", "a.jpg", "ab/2.jpg", "z.jpg"}) folder_.Write(name, name);
  Scan();
  for (const char* name : {"a/1.jpg", "a.jpg", "ab/2.jpg"}) fs::remove(folder_ / name);
  folder_.Write("a/3.jpg", "new");
  EXPECT_THAT(Events("a"), testing::UnorderedElementsAre("gone a/1.jpg", "changed a/3.jpg"));
  fs::remove_all(folder_ / "a");
  EXPECT_THAT(Events("a"), ElementsAre("gone a/3.jpg"));
}

TEST_F(ScannerTest, TellsAFolderThatCannotBeListedAndKeepsWhatIsBelow) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody who may not read";
  folder_.Write("shut/a.jpg", "x");
  folder_.Write("shut.jpg", "y");
  Scan();
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder_ / "shut").c_str(), 0700), 0);
  const auto scan_as_nobody = [this] {
    EXPECT_EQ(::seteuid(65534), 0);
    const auto events = Events();
    EXPECT_EQ(::seteuid(0), 0);
    return events;
  };
  EXPECT_THAT(scan_as_nobody(), ElementsAre("unreadable shut/"));
  EXPECT_THAT(scan_as_nobody(), IsEmpty());
  EXPECT_THAT(catalog_->GetPath({root_, "shut/a.jpg"}), IsOk());
  ASSERT_EQ(::chmod((folder_ / "shut").c_str(), 0755), 0);
  EXPECT_THAT(scan_as_nobody(), ElementsAre("gone shut/"));
  EXPECT_EQ(catalog_->failure_count(), 0u);
}

TEST_F(ScannerTest, DeletesNothingWhenTheRootIsMissingOrNoFolder) {
  folder_.Write("a.jpg", "x");
  Scan();
  fs::rename(folder_.path(), folder_.path() + "-away");
  ScanSummary summary = Scan();
  EXPECT_EQ(summary.end, ScanEnd::kOffline);
  EXPECT_THAT(summary.offline_reason, HasSubstr(folder_.path()));
  EXPECT_THAT(sink_.events, IsEmpty());
  std::ofstream(folder_.path()) << "a file";
  EXPECT_EQ(Scan().end, ScanEnd::kOffline);
  fs::remove(folder_.path());
  fs::rename(folder_.path() + "-away", folder_.path());
  summary = Scan();
  EXPECT_EQ(summary.end, ScanEnd::kComplete);
  EXPECT_THAT(sink_.events, IsEmpty());
}

TEST_F(ScannerTest, TakesAnEmptyFolderOnAnotherDeviceForAMountPoint) {
  folder_.Write("a.jpg", "x");
  Scan();
  const uint64_t device = catalog_->GetRoot(root_).value().device;
  ASSERT_NE(device, 0u);
  fs::remove(folder_ / "a.jpg");
  ASSERT_THAT(catalog_->SetRootDevice(root_, device + 1), IsOk());
  const ScanSummary summary = Scan();
  EXPECT_EQ(summary.end, ScanEnd::kOffline);
  EXPECT_THAT(summary.offline_reason, HasSubstr("not mounted"));
  EXPECT_THAT(sink_.events, IsEmpty());
  ASSERT_THAT(catalog_->SetRootDevice(root_, device), IsOk());
  EXPECT_THAT(Events(), ElementsAre("gone a.jpg"));  // the same device: really deleted
}

TEST_F(ScannerTest, DeletesNothingWhenTheRootsFileSystemIsUnmounted) {
  auto disk = std::make_unique<test::MountedDisk>(folder_.path());
  if (!disk->mounted()) GTEST_SKIP() << "needs the right to mount";
  folder_.Write("a.jpg", "x");
  EXPECT_THAT(Events(), ElementsAre("changed a.jpg"));
  disk.reset();
  EXPECT_EQ(Scan().end, ScanEnd::kOffline);
  EXPECT_THAT(sink_.events, IsEmpty());
  EXPECT_THAT(catalog_->GetPath({root_, "a.jpg"}), IsOk());
}

TEST_F(ScannerTest, GoesOnWhereADeviceNumberChangedButThePhotosAreThere) {
  folder_.Write("a.jpg", "x");
  Scan();
  const uint64_t device = catalog_->GetRoot(root_).value().device;
  ASSERT_THAT(catalog_->SetRootDevice(root_, device + 1), IsOk());
  EXPECT_THAT(Events(), IsEmpty());
  EXPECT_EQ(catalog_->GetRoot(root_).value().device, device);
}

// Takes the root away at the first event of a scan.
class RemovingSink final : public ScanSink {
 public:
  explicit RemovingSink(std::string root) : root_(std::move(root)) {}
  void OnChanged(const Location&, const storage::FileStamp&) override { Remove(); }
  void OnMoved(const Location&, const Location&) override {}
  void OnGone(const Location& location) override { gone.push_back(location.path); }
  void OnUnreadable(const Location&, const storage::FileStamp&, const Status&) override {}
  void OnProgress(uint64_t) override {}
  std::vector<std::string> gone;

 private:
  void Remove() {
    if (!std::exchange(removed_, true)) fs::rename(root_, root_ + "-away");
  }
  const std::string root_;
  bool removed_ = false;
};

TEST_F(ScannerTest, TellsNothingGoneWhenTheRootVanishesDuringTheScan) {
  for (const char* name : {"b/1.jpg", "b/2.jpg", "c/3.jpg"}) folder_.Write(name, name);
  Scan();
  folder_.Write("a.jpg", "new");
  RemovingSink sink(folder_.path());
  const ScanSummary summary = ScanRoot(*catalog_, catalog_->GetRoot(root_).value(), {}, sink, {}).value();
  EXPECT_EQ(summary.end, ScanEnd::kOffline);
  EXPECT_THAT(sink.gone, IsEmpty());
  fs::rename(folder_.path() + "-away", folder_.path());
}

TEST_F(ScannerTest, StopsWhenAsked) {
  folder_.Write("a.jpg", "x");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(ScanRoot(*catalog_, catalog_->GetRoot(root_).value(), {}, sink_, stop.get_token()), StatusIs(StatusCode::kCancelled));
  EXPECT_THAT(sink_.events, IsEmpty());
}

}  // namespace
}  // namespace fovea::indexer
