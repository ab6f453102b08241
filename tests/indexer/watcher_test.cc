// What the watcher tells of changes in real folders.
// label: integration
#include "indexer/watcher.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "base/mutex.h"
#include "tests/support/matchers.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

namespace fovea::indexer {
namespace {

namespace fs = std::filesystem;
using storage::Location;
using storage::Root;
using storage::RootId;
using test::TempDir;
using test::WaitUntil;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

constexpr RootId kRoot{1};
constexpr RootId kOther{2};

// Writes down what it hears: "changed a.jpg", with the root's number before the path when it is not 1.
class RecordingSink final : public WatchSink {
 public:
  void OnChanged(const Location& location, const storage::FileStamp& stamp) override {
    Add("changed " + Name(location));
    MutexLock lock(mutex_);
    last_bytes_ = stamp.bytes;
  }
  void OnMoved(const Location& from, const Location& to) override { Add("moved " + Name(from) + " " + Name(to)); }
  void OnFolderMoved(const Location& from, const Location& to) override { Add("folder moved " + Name(from) + " " + Name(to)); }
  void OnGone(const Location& location) override { Add("gone " + Name(location)); }
  void OnFolderGone(const Location& folder) override { Add("folder gone " + Name(folder)); }
  void OnRescan(RootId root, RescanReason reason) override {
    constexpr const char* kNames[] = {"watching", "overflow", "came back", "not watched"};
    Add(StrCat("rescan ", root.value, " ", kNames[static_cast<int>(reason)]));
  }
  void OnOffline(RootId root, const std::string&) override { Add(StrCat("offline ", root.value)); }

  std::vector<std::string> events() const {
    MutexLock lock(mutex_);
    return events_;
  }
  size_t Count(const std::string& event) const {
    const auto all = events();
    return static_cast<size_t>(std::count(all.begin(), all.end(), event));
  }
  int64_t last_bytes() const {
    MutexLock lock(mutex_);
    return last_bytes_;
  }
  void Forget() {
    MutexLock lock(mutex_);
    events_.clear();
  }
  // While held, the watcher's thread stands still in its next event.
  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(mutex_);
    held_ = false;
    released_.NotifyAll();
  }
  bool IsStanding() const {
    MutexLock lock(mutex_);
    return standing_;
  }

 private:
  static std::string Name(const Location& location) {
    return location.root == kRoot ? location.path : StrCat(location.root.value, ":", location.path);
  }
  void Add(std::string event) {
    MutexLock lock(mutex_);
    events_.push_back(std::move(event));
    standing_ = held_;
    while (held_) released_.Wait(mutex_);
    standing_ = false;
  }

  mutable Mutex mutex_;
  CondVar released_;
  std::vector<std::string> events_ GUARDED_BY(mutex_);
  int64_t last_bytes_ GUARDED_BY(mutex_) = -1;
  bool held_ GUARDED_BY(mutex_) = false;
  bool standing_ GUARDED_BY(mutex_) = false;
};

class WatcherTest : public testing::Test {
 protected:
  static Watcher::Options FastOptions() {
    Watcher::Options options;
    options.settle_ms = 60;
    options.gone_settle_ms = 240;
    options.open_settle_ms = 400;
    options.root_check_ms = 50;
    options.fallback_rescan_s = 1;
    return options;
  }
  // For two steps of the test that must lie within one settle time, whatever else the machine does.
  static Watcher::Options SlowOptions() {
    Watcher::Options options = FastOptions();
    options.settle_ms = 1'000;
    return options;
  }
  void Start(const Watcher::Options& options = FastOptions()) {
    watcher_ = Watcher::Start(options, sink_).value();
    watcher_->AddRoot({.id = kRoot, .path = folder_.path()});
    ASSERT_TRUE(Heard("rescan 1 watching"));
    sink_.Forget();
  }
  bool Heard(const std::string& event, size_t times = 1) {
    return WaitUntil([&] { return sink_.Count(event) >= times; });
  }
  // Waits until everything that happened before has been told: a file made now is told after it.
  void Settle() {
    const std::string name = StrCat("marker-", ++markers_, ".jpg");
    folder_.Write(name, "x");
    ASSERT_TRUE(Heard("changed " + name));
  }
  std::vector<std::string> Events() {
    Settle();
    auto events = sink_.events();
    std::erase_if(events, [](const std::string& event) { return event.starts_with("changed marker-"); });
    return events;
  }

  TempDir folder_;
  TempDir elsewhere_;
  RecordingSink sink_;
  int markers_ = 0;
  std::unique_ptr<Watcher> watcher_;
};

TEST_F(WatcherTest, TellsNewReplacedAndDeletedPictures) {
  folder_.Write("sub/known.jpg", "x");
  Start();
  EXPECT_TRUE(watcher_->IsWatching(kRoot));
  folder_.Write("sub/a.jpg", "first");
  EXPECT_TRUE(Heard("changed sub/a.jpg"));
  folder_.Write("sub/a.jpg", "second one");
  EXPECT_TRUE(Heard("changed sub/a.jpg", 2));
  EXPECT_EQ(sink_.last_bytes(), 10);
  fs::remove(folder_ / "sub/known.jpg");
  EXPECT_TRUE(Heard("gone sub/known.jpg"));
  EXPECT_THAT(Events(), ElementsAre("changed sub/a.jpg", "changed sub/a.jpg", "gone sub/known.jpg"));
}

TEST_F(WatcherTest, TellsAFileThatWasReplacedByARenameOfAHiddenOne) {
  folder_.Write("a.jpg", "old");
  Start();
  folder_.Write(".a.jpg.tmp", "newer");
  fs::rename(folder_ / ".a.jpg.tmp", folder_ / "a.jpg");
  EXPECT_TRUE(Heard("changed a.jpg"));
  EXPECT_THAT(Events(), ElementsAre("changed a.jpg"));
}

TEST_F(WatcherTest, TellsAFileDeletedAndWrittenAgainAsChangedOnly) {
  folder_.Write("a.jpg", "old");
  Start(SlowOptions());
  fs::remove(folder_ / "a.jpg");
  folder_.Write("a.jpg", "new");
  EXPECT_THAT(Events(), ElementsAre("changed a.jpg"));
}

TEST_F(WatcherTest, WaitsUntilAFileHasBeenWrittenToItsEnd) {
  Watcher::Options options = FastOptions();
  options.open_settle_ms = 60'000;
  Start(options);
  std::ofstream file(folder_ / "slow.jpg", std::ios::binary);
  for (int i = 0; i < 3; ++i) {
    file << std::string(1000, 'x') << std::flush;
    Settle();  // longer than the settle time, but the file is still open
    EXPECT_THAT(sink_.events(), Not(Contains("changed slow.jpg")));
  }
  file.close();
  EXPECT_TRUE(Heard("changed slow.jpg"));
  EXPECT_EQ(sink_.Count("changed slow.jpg"), 1u);
}

TEST_F(WatcherTest, TakesAFileThatStaysOpenButIsQuietForLong) {
  Start();
  std::ofstream file(folder_ / "open.jpg", std::ios::binary);
  file << "content" << std::flush;
  EXPECT_TRUE(Heard("changed open.jpg"));
}

TEST_F(WatcherTest, TellsAnEmptyFileAfterAWhile) {
  Start();
  folder_.Write("empty.jpg", "");
  EXPECT_TRUE(Heard("changed empty.jpg"));
}

TEST_F(WatcherTest, TellsRenamesWithinARoot) {
  folder_.Write("a.jpg", "x");
  fs::create_directory(folder_ / "sub");
  Start();
  fs::rename(folder_ / "a.jpg", folder_ / "sub/b.jpg");
  EXPECT_THAT(Events(), ElementsAre("moved a.jpg sub/b.jpg", "changed sub/b.jpg"));
}

TEST_F(WatcherTest, TellsAChainOfRenamesInOrder) {
  folder_.Write("a.jpg", "x");
  Start();
  fs::rename(folder_ / "a.jpg", folder_ / "b.jpg");
  fs::rename(folder_ / "b.jpg", folder_ / "c.jpg");
  folder_.Write("a.jpg", "another");
  Settle();
  const auto events = sink_.events();
  EXPECT_EQ(events[0], "moved a.jpg b.jpg");
  EXPECT_EQ(events[1], "moved b.jpg c.jpg");
  EXPECT_THAT(events, Contains("changed c.jpg"));
  EXPECT_THAT(events, Contains("changed a.jpg"));
  EXPECT_THAT(events, Not(Contains(testing::StartsWith("gone"))));
}

TEST_F(WatcherTest, TakesARenameToAnotherKindOfNameAsGoneAndBackAsChanged) {
  folder_.Write("a.jpg", "x");
  Start();
  fs::rename(folder_ / "a.jpg", folder_ / "a.jpg.bak");
  EXPECT_TRUE(Heard("gone a.jpg"));
  fs::rename(folder_ / "a.jpg.bak", folder_ / "a.jpg");
  EXPECT_THAT(Events(), ElementsAre("gone a.jpg", "changed a.jpg"));
}

TEST_F(WatcherTest, TellsMovesOutOfAndIntoTheRoot) {
  folder_.Write("a.jpg", "x");
  elsewhere_.Write("b.jpg", "y");
  Start();
  fs::rename(folder_ / "a.jpg", elsewhere_ / "a.jpg");
  fs::rename(elsewhere_ / "b.jpg", folder_ / "b.jpg");
  EXPECT_TRUE(Heard("gone a.jpg"));
  EXPECT_THAT(Events(), ElementsAre("changed b.jpg", "gone a.jpg"));  // what vanishes is told later than what appears
}

TEST_F(WatcherTest, TellsMovesFromRootToRoot) {
  folder_.Write("a.jpg", "x");
  folder_.Write("sub/b.jpg", "y");
  Start();
  watcher_->AddRoot({.id = kOther, .path = elsewhere_.path()});
  ASSERT_TRUE(Heard("rescan 2 watching"));
  fs::rename(folder_ / "a.jpg", elsewhere_ / "a.jpg");
  EXPECT_TRUE(Heard("moved a.jpg 2:a.jpg"));
  fs::rename(folder_ / "sub", elsewhere_ / "sub");
  EXPECT_TRUE(Heard("folder moved sub 2:sub"));
  elsewhere_.Write("sub/c.jpg", "z");
  EXPECT_TRUE(Heard("changed 2:sub/c.jpg"));
}

TEST_F(WatcherTest, TellsARenamedFolderAndWatchesItUnderItsNewName) {
  folder_.Write("old/deep/a.jpg", "x");
  Start();
  fs::rename(folder_ / "old", folder_ / "new");
  EXPECT_THAT(Events(), ElementsAre("folder moved old new"));
  folder_.Write("new/deep/b.jpg", "y");
  EXPECT_TRUE(Heard("changed new/deep/b.jpg"));
  EXPECT_EQ(sink_.events().front(), "folder moved old new");
}

TEST_F(WatcherTest, TellsFilesWrittenJustBeforeTheirFolderWasRenamed) {
  Start();
  folder_.Write("old/a.jpg", "x");
  fs::rename(folder_ / "old", folder_ / "new");
  EXPECT_TRUE(Heard("changed new/a.jpg"));
  Settle();
  EXPECT_THAT(sink_.events(), Not(Contains("changed old/a.jpg")));
}

TEST_F(WatcherTest, TakesInAFolderThatIsMovedInWithAllThatIsInIt) {
  elsewhere_.Write("in/a.jpg", "x");
  elsewhere_.Write("in/deep/b.jpg", "y");
  elsewhere_.Write("in/@eaDir/c.jpg", "y");
  Start();
  fs::rename(elsewhere_ / "in", folder_ / "in");
  EXPECT_THAT(Events(), testing::UnorderedElementsAre("changed in/a.jpg", "changed in/deep/b.jpg"));
  folder_.Write("in/deep/d.jpg", "z");
  EXPECT_TRUE(Heard("changed in/deep/d.jpg"));
}

TEST_F(WatcherTest, SeesFilesInFoldersThatWereMadeJustNow) {
  Start();
  for (int i = 0; i < 50; ++i) folder_.Write(StrCat("n", i, "/deep/a.jpg"), "x");
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(Heard(StrCat("changed n", i, "/deep/a.jpg"))) << i;
}

// A folder that was made a moment ago has no watch yet: a file that moves into it is not heard as a move.
TEST_F(WatcherTest, TellsWhatAppearedBeforeWhatVanished) {
  folder_.Write("a.jpg", "x");
  Watcher::Options options = FastOptions();
  options.gone_settle_ms = 200;
  Start(options);
  fs::rename(folder_ / "a.jpg", elsewhere_ / "a.jpg");
  folder_.Write("new/b.jpg", "x");
  EXPECT_TRUE(Heard("gone a.jpg"));
  EXPECT_THAT(sink_.events(), ElementsAre("changed new/b.jpg", "gone a.jpg"));
}

TEST_F(WatcherTest, TellsAFolderThatWasMovedAwayAndHearsItNoMore) {
  folder_.Write("sub/a.jpg", "x");
  Start();
  fs::rename(folder_ / "sub", elsewhere_ / "sub");
  EXPECT_TRUE(Heard("folder gone sub"));
  elsewhere_.Write("sub/b.jpg", "y");
  EXPECT_THAT(Events(), ElementsAre("folder gone sub"));
}

TEST_F(WatcherTest, TellsADeletedFolder) {
  folder_.Write("sub/a.jpg", "x");
  Start();
  fs::remove_all(folder_ / "sub");
  EXPECT_TRUE(Heard("gone sub/a.jpg"));
  EXPECT_TRUE(Heard("folder gone sub"));
  EXPECT_THAT(Events(), testing::UnorderedElementsAre("gone sub/a.jpg", "folder gone sub"));
}

TEST_F(WatcherTest, PassesOverWhatTheRulesName) {
  TempDir data;
  fs::create_directories(folder_ / "data/inner");
  Watcher::Options options = FastOptions();
  options.passed_over = {folder_ / "data"};
  Start(options);
  for (const char* name : {".a.jpg", "a.txt", ".git/b.jpg", "data/c.jpg", "data/inner/d.jpg"}) folder_.Write(name, "x");
  fs::create_symlink(folder_ / "a.txt", folder_ / "link.jpg");
  ASSERT_EQ(::mkfifo((folder_ / "fifo.jpg").c_str(), 0600), 0);
  for (const std::string& event : Events()) EXPECT_TRUE(event == "gone link.jpg" || event == "gone fifo.jpg") << event;
}

TEST_F(WatcherTest, TakesNamesThatAreNotUtf8AsTheyAre) {
  Start();
  folder_.Write("caf\xe9/\xff.jpg", "x");
  EXPECT_TRUE(Heard("changed caf\xe9/\xff.jpg"));
}

// More events than the kernel keeps, while the sink stands still.
TEST_F(WatcherTest, RescansEveryRootWhenEventsAreLost) {
  int64_t limit = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  if (limit <= 0 || limit > 200'000) GTEST_SKIP() << "the kernel keeps " << limit << " events";
  folder_.Write("a.jpg", "x");
  Start();
  sink_.Hold();
  folder_.Write("first.jpg", "x");
  ASSERT_TRUE(WaitUntil([this] { return sink_.IsStanding(); }));
  for (int64_t i = 0; i < limit; ++i) {  // two events each
    fs::rename(folder_ / "a.jpg", folder_ / "b.jpg");
    fs::rename(folder_ / "b.jpg", folder_ / "a.jpg");
  }
  sink_.Release();
  EXPECT_TRUE(Heard("rescan 1 overflow"));
  folder_.Write("later/c.jpg", "x");
  EXPECT_TRUE(Heard("changed later/c.jpg"));
  EXPECT_TRUE(watcher_->IsWatching(kRoot));
}

TEST_F(WatcherTest, TellsNothingGoneWhenTheRootIsDeletedAndComesBack) {
  const std::string root = elsewhere_ / "root";
  elsewhere_.Write("root/sub/a.jpg", "x");
  watcher_ = Watcher::Start(SlowOptions(), sink_).value();
  watcher_->AddRoot({.id = kRoot, .path = root});
  ASSERT_TRUE(Heard("rescan 1 watching"));
  fs::rename(root, elsewhere_ / "away");
  ASSERT_TRUE(Heard("offline 1"));
  EXPECT_FALSE(watcher_->IsWatching(kRoot));
  elsewhere_.Write("away/sub/b.jpg", "y");
  fs::rename(elsewhere_ / "away", root);
  ASSERT_TRUE(Heard("rescan 1 came back"));
  elsewhere_.Write("root/sub/c.jpg", "z");
  ASSERT_TRUE(Heard("changed sub/c.jpg"));
  fs::remove_all(root);
  ASSERT_TRUE(Heard("offline 1", 2));
  EXPECT_THAT(sink_.events(), ElementsAre("rescan 1 watching", "offline 1", "rescan 1 came back", "changed sub/c.jpg", "offline 1"));
}

TEST_F(WatcherTest, TellsNothingGoneWhenTheRootIsUnmounted) {
  const std::string root = elsewhere_ / "root";
  fs::create_directory(root);
  auto disk = std::make_unique<test::MountedDisk>(root);
  if (!disk->mounted()) GTEST_SKIP() << "needs the right to mount";
  elsewhere_.Write("root/sub/a.jpg", "x");
  watcher_ = Watcher::Start(FastOptions(), sink_).value();
  watcher_->AddRoot({.id = kRoot, .path = root});
  ASSERT_TRUE(Heard("rescan 1 watching"));
  disk.reset();
  ASSERT_TRUE(Heard("offline 1"));
  ASSERT_TRUE(Heard("rescan 1 came back"));  // the empty mount point: the scan finds out that it is one
  EXPECT_THAT(sink_.events(), ElementsAre("rescan 1 watching", "offline 1", "rescan 1 came back"));
}

TEST_F(WatcherTest, NoticesARootThatVanishesWithTheFolderAboveIt) {
  elsewhere_.Write("above/root/a.jpg", "x");
  watcher_ = Watcher::Start(FastOptions(), sink_).value();
  watcher_->AddRoot({.id = kRoot, .path = elsewhere_ / "above/root"});
  ASSERT_TRUE(Heard("rescan 1 watching"));
  fs::rename(elsewhere_ / "above", elsewhere_ / "renamed");
  EXPECT_TRUE(Heard("offline 1"));
}

TEST_F(WatcherTest, NoticesAnotherFolderInTheRootsPlace) {
  elsewhere_.Write("root/a.jpg", "x");
  elsewhere_.Write("second/b.jpg", "x");
  watcher_ = Watcher::Start(FastOptions(), sink_).value();
  watcher_->AddRoot({.id = kRoot, .path = elsewhere_ / "root"});
  ASSERT_TRUE(Heard("rescan 1 watching"));
  fs::rename(elsewhere_ / "root", elsewhere_ / "away");
  fs::rename(elsewhere_ / "second", elsewhere_ / "root");
  EXPECT_TRUE(Heard("rescan 1 came back"));
  elsewhere_.Write("root/c.jpg", "x");
  EXPECT_TRUE(Heard("changed c.jpg"));
}

TEST_F(WatcherTest, WaitsForARootThatIsNotThereAtTheStart) {
  watcher_ = Watcher::Start(FastOptions(), sink_).value();
  watcher_->AddRoot({.id = kRoot, .path = elsewhere_ / "root"});
  ASSERT_TRUE(Heard("offline 1"));
  elsewhere_.Write("root/a.jpg", "x");
  EXPECT_TRUE(Heard("rescan 1 came back"));
  EXPECT_EQ(sink_.Count("rescan 1 watching"), 0u);
}

TEST_F(WatcherTest, RescansNowAndThenWhatTheLimitOfWatchesLeavesOut) {
  for (int i = 0; i < 10; ++i) folder_.Write(StrCat("f", i, "/a.jpg"), "x");
  Watcher::Options options = FastOptions();
  options.max_watches = 5;
  Start(options);
  EXPECT_FALSE(watcher_->IsWatching(kRoot));
  EXPECT_TRUE(Heard("rescan 1 not watched", 2));
}

TEST_F(WatcherTest, HearsNothingOfARemovedRoot) {
  Start();
  watcher_->AddRoot({.id = kOther, .path = elsewhere_.path()});
  ASSERT_TRUE(Heard("rescan 2 watching"));
  watcher_->RemoveRoot(kOther);
  ASSERT_TRUE(WaitUntil([this] { return !watcher_->IsWatching(kOther); }));
  elsewhere_.Write("a.jpg", "x");
  EXPECT_THAT(Events(), Not(Contains("changed 2:a.jpg")));
}

TEST_F(WatcherTest, StopsInTheMiddleOfEverything) {
  Start();
  for (int i = 0; i < 100; ++i) folder_.Write(StrCat("n", i, "/a.jpg"), "x");
  watcher_->Stop();
  const size_t heard = sink_.events().size();
  watcher_->Stop();
  watcher_.reset();
  EXPECT_EQ(sink_.events().size(), heard);
}

}  // namespace
}  // namespace fovea::indexer
