// Library with a watcher: the index follows the disk.
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
using test::RunningLibrary;
using test::WaitUntil;
namespace fs = std::filesystem;

class LibraryWatch : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < 6; ++i) running_.Write("a/p" + std::to_string(i) + ".png", i + 1);
    running_.Start();
    running_.WaitIdle();
    running_.ExpectConsistent(6, 6);
    encoded_before_ = static_cast<uint64_t>(running_.Count("fovea_photos_encoded_total"));
  }
  fs::path At(const std::string& name) const { return running_.pictures() / name; }
  uint64_t EncodedSince() { return static_cast<uint64_t>(running_.Count("fovea_photos_encoded_total")) - encoded_before_; }
  void ExpectIndexed(const std::string& name) {
    EXPECT_TRUE(WaitUntil([&] { return running_.PathOf(name).has_value(); })) << name;
  }
  void ExpectGone(const std::string& name) {
    EXPECT_TRUE(WaitUntil([&] { return !running_.PathOf(name); })) << name;
  }

  RunningLibrary running_{RunningLibrary::QuickOptions(true)};
  uint64_t encoded_before_ = 0;
};

TEST_F(LibraryWatch, TakesInNewFilesAndNewFolders) {
  running_.Write("a/new.png", 50);
  running_.Write("b/c/deep.png", 51);
  ExpectIndexed("a/new.png");
  ExpectIndexed("b/c/deep.png");
  running_.ExpectFindsItself("b/c/deep.png");
  EXPECT_EQ(EncodedSince(), 2u);
  EXPECT_TRUE(running_.library().Roots()[0].watching);
}

TEST_F(LibraryWatch, ReplacesThePhotoOfAFileThatIsWrittenAnew) {
  const PhotoId before = running_.PhotoAt("a/p1.png");
  running_.Write("a/p1.png", 60);
  ASSERT_TRUE(WaitUntil([&] { return running_.PhotoAt("a/p1.png") != before; }));
  running_.ExpectFindsItself("a/p1.png");
  running_.WaitIdle();
  running_.ExpectConsistent(6, 6);
}

TEST_F(LibraryWatch, LetsARenameCostNoEncoding) {
  const PhotoId photo = running_.PhotoAt("a/p2.png");
  fs::create_directory(At("elsewhere"));
  fs::rename(At("a/p2.png"), At("elsewhere/renamed.png"));
  ExpectIndexed("elsewhere/renamed.png");
  ExpectGone("a/p2.png");
  EXPECT_EQ(running_.PhotoAt("elsewhere/renamed.png"), photo);
  EXPECT_EQ(EncodedSince(), 0u);
}

TEST_F(LibraryWatch, LetsARenamedFolderCostNoEncoding) {
  fs::rename(At("a"), At("z"));
  for (uint64_t i = 0; i < 6; ++i) ExpectIndexed("z/p" + std::to_string(i) + ".png");
  ExpectGone("a/p5.png");
  running_.Write("z/after.png", 70);
  ExpectIndexed("z/after.png");
  EXPECT_EQ(EncodedSince(), 1u);
  running_.WaitIdle();
  running_.ExpectConsistent(7, 7);
}

TEST_F(LibraryWatch, ForgetsDeletedFilesAndFolders) {
  fs::remove(At("a/p0.png"));
  ExpectGone("a/p0.png");
  fs::remove_all(At("a"));
  ExpectGone("a/p5.png");
  ASSERT_TRUE(WaitUntil([&] { return running_.library().GetStatus().vectors == 0; }));
  running_.ExpectConsistent(0, 0);
}

TEST_F(LibraryWatch, MakesAFailureGoodOnceTheFileIsReplaced) {
  running_.pictures().Write("a/bad.jpg", "no picture at all");
  ASSERT_TRUE(WaitUntil([&] { return running_.FailureOf("a/bad.jpg").has_value(); }));
  running_.pictures().Write("a/bad.jpg", test::MakePicture({.seed = 80}));
  ASSERT_TRUE(WaitUntil([&] { return !running_.FailureOf("a/bad.jpg"); }));
  running_.ExpectFindsItself("a/bad.jpg");
}

TEST_F(LibraryWatch, ForgetsAFileThatIsDeletedWhileItIsEncoded) {
  const uint64_t calls = running_.encoder().calls();
  running_.encoder().Hold();
  running_.Write("a/short-lived.png", 90);
  ASSERT_TRUE(WaitUntil([&] { return running_.encoder().calls() > calls; }));
  fs::remove(At("a/short-lived.png"));
  running_.Write("b/later.png", 91);
  ASSERT_TRUE(WaitUntil([&] { return running_.library().GetStatus().pending == 2; }));
  running_.encoder().LetGo();
  ExpectIndexed("b/later.png");
  ExpectGone("a/short-lived.png");
  running_.WaitIdle();
  running_.ExpectConsistent(7, 7);
}

TEST_F(LibraryWatch, FollowsAFileThatIsRenamedWhileItIsEncoded) {
  const uint64_t calls = running_.encoder().calls();
  running_.encoder().Hold();
  running_.Write("a/early.png", 92);
  ASSERT_TRUE(WaitUntil([&] { return running_.encoder().calls() > calls; }));
  fs::rename(At("a/early.png"), At("a/late.png"));
  ASSERT_TRUE(WaitUntil([&] { return running_.library().GetStatus().pending == 2; }));
  running_.encoder().LetGo();
  ExpectIndexed("a/late.png");
  running_.WaitIdle();
  EXPECT_FALSE(running_.PathOf("a/early.png"));
  running_.ExpectFindsItself("a/late.png");
  running_.ExpectConsistent(7, 7);
}

TEST_F(LibraryWatch, StoresTheLastContentOfAFileThatIsReplacedWhileItIsEncoded) {
  const uint64_t calls = running_.encoder().calls();
  running_.encoder().Hold();
  running_.Write("a/restless.png", 93);
  ASSERT_TRUE(WaitUntil([&] { return running_.encoder().calls() > calls; }));
  const std::string last = running_.Write("a/restless.png", 94);
  running_.encoder().LetGo();
  ASSERT_TRUE(WaitUntil([&] {
    const auto path = running_.PathOf("a/restless.png");
    return path && running_.catalog().GetPhoto(path->photo)->content == Sha256(last);
  }));
  running_.ExpectFindsItself("a/restless.png");
  running_.WaitIdle();
  running_.ExpectConsistent(7, 7);
}

TEST_F(LibraryWatch, SetsARootOfflineThatVanishesAndTakesItUpAgain) {
  const std::string away = running_.pictures().path() + "-away";
  fs::rename(running_.pictures().path(), away);
  ASSERT_TRUE(WaitUntil([&] { return running_.library().Roots()[0].root.state == storage::RootState::kOffline; }));
  running_.ExpectConsistent(6, 6);
  const auto answer = running_.library().Search({.query = TextQuery{"blue"}, .k = 10});
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->hits.size(), 6u);
  for (const SearchHit& hit : answer->hits) EXPECT_TRUE(hit.photo.offline());
  fs::rename(away, running_.pictures().path());
  ASSERT_TRUE(WaitUntil([&] { return running_.library().Roots()[0].root.state == storage::RootState::kOnline; }));
  running_.ExpectConsistent(6, 6);
  EXPECT_EQ(EncodedSince(), 0u);
  running_.Write("a/new.png", 95);
  ExpectIndexed("a/new.png");
}

TEST_F(LibraryWatch, TakesUpAtStartWhatHappenedWhileItWasDown) {
  running_.Stop();
  fs::remove(At("a/p0.png"));
  running_.Write("a/p1.png", 96);
  running_.Write("a/p9.png", 97);
  running_.Start();
  running_.WaitIdle();
  running_.ExpectConsistent(6, 6);
  for (const char* name : {"a/p1.png", "a/p2.png", "a/p9.png"}) running_.ExpectFindsItself(name);
  running_.Write("a/p10.png", 98);
  ExpectIndexed("a/p10.png");
}

}  // namespace
}  // namespace fovea::indexer
