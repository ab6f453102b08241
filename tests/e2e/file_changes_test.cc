// Files that are replaced, renamed, moved, deleted; folders that vanish: the library is right again within ten seconds.
// label: process
#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

constexpr std::chrono::seconds kLimit{10};

std::string Picture(uint64_t seed) { return MakePicture({.seed = seed}); }

class FileChanges : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [name, seed] : std::map<std::string, uint64_t>{{"a.jpg", 1}, {"b.jpg", 2}, {"folder/c.jpg", 3}}) {
      folder_.Write("root/" + name, Picture(seed));
    }
    daemon_ = std::make_unique<DaemonProcess>(DaemonProcess::Options{.data = folder_ / "data", .roots = {root_}});
    ASSERT_TRUE(daemon_->WaitUntilReady());
    ASSERT_TRUE(daemon_->WaitForPhotos(3));
    encoded_ = Encoded();
  }
  std::set<std::string> Paths() const {
    std::set<std::string> paths;
    for (const auto& photo : daemon_->Photos()) paths.insert(fs::path(photo["path"].get<std::string>()).lexically_relative(root_).string());
    return paths;
  }
  bool WaitForPaths(const std::set<std::string>& paths) const { return daemon_->WaitFor([&] { return Paths() == paths; }, kLimit); }
  double Encoded() const { return daemon_->Metric("fovea_photos_encoded_total"); }
  std::string Sha(const std::string& name) const {
    for (const auto& photo : daemon_->Photos()) {
      if (!photo["path"].get<std::string>().ends_with("/" + name)) continue;
      return daemon_->Get(StrCat("/v1/photos/", photo["id"].get<uint64_t>())).json.value("sha256", "");
    }
    return "";
  }

  const TempDir folder_;
  const std::string root_ = fs::canonical(folder_.path()).string() + "/root";
  std::unique_ptr<DaemonProcess> daemon_;
  double encoded_ = 0;
};

TEST_F(FileChanges, ARenamedFileKeepsItsPhotoAndCostsNoEncoding) {
  fs::rename(root_ + "/a.jpg", root_ + "/renamed.jpg");
  EXPECT_TRUE(WaitForPaths({"renamed.jpg", "b.jpg", "folder/c.jpg"}));
  EXPECT_EQ(Encoded(), encoded_);
}

TEST_F(FileChanges, AFileMovedBetweenFoldersKeepsItsPhotoAndCostsNoEncoding) {
  fs::create_directories(root_ + "/new/deep");
  fs::rename(root_ + "/a.jpg", root_ + "/new/deep/a.jpg");
  EXPECT_TRUE(WaitForPaths({"new/deep/a.jpg", "b.jpg", "folder/c.jpg"}));
  EXPECT_EQ(Encoded(), encoded_);
}

TEST_F(FileChanges, ARenamedFolderTakesItsPhotosAlongAndCostsNoEncoding) {
  fs::rename(root_ + "/folder", root_ + "/holiday");
  EXPECT_TRUE(WaitForPaths({"a.jpg", "b.jpg", "holiday/c.jpg"}));
  EXPECT_EQ(Encoded(), encoded_);
}

TEST_F(FileChanges, ADeletedFileIsGone) {
  fs::remove(root_ + "/a.jpg");
  EXPECT_TRUE(WaitForPaths({"b.jpg", "folder/c.jpg"}));
}

TEST_F(FileChanges, AReplacedFileIsThePictureThatItHoldsNow) {
  const std::string before = Sha("a.jpg");
  folder_.Write("root/a.jpg", Picture(9));
  EXPECT_TRUE(daemon_->WaitFor([&] { return !Sha("a.jpg").empty() && Sha("a.jpg") != before; }, kLimit));
  EXPECT_TRUE(WaitForPaths({"a.jpg", "b.jpg", "folder/c.jpg"}));
  EXPECT_EQ(Encoded(), encoded_ + 1);
}

// Programs that edit pictures write a new file beside the old one and rename it over.
TEST_F(FileChanges, AFileRenamedOverAnotherReplacesIt) {
  const std::string before = Sha("a.jpg");
  folder_.Write("root/.a.jpg.new", Picture(10));
  fs::rename(root_ + "/.a.jpg.new", root_ + "/a.jpg");
  EXPECT_TRUE(daemon_->WaitFor([&] { return !Sha("a.jpg").empty() && Sha("a.jpg") != before; }, kLimit));
  EXPECT_TRUE(WaitForPaths({"a.jpg", "b.jpg", "folder/c.jpg"}));
}

TEST_F(FileChanges, FilesDeletedWhileTheyAreBeingReadLeaveNothingBehind) {
  constexpr uint64_t kMany = 60;
  for (uint64_t i = 0; i < kMany; ++i) folder_.Write(StrCat("root/burst/", i, ".jpg"), Picture(1000 + i));
  ASSERT_TRUE(daemon_->WaitFor([&] { return Paths().size() > 3; }, std::chrono::seconds(30)));
  fs::remove_all(root_ + "/burst");
  EXPECT_TRUE(WaitForPaths({"a.jpg", "b.jpg", "folder/c.jpg"}));
  for (const auto& failure : daemon_->Failures()) ADD_FAILURE() << "a file that is gone is no failure: " << failure;
}

TEST_F(FileChanges, AFolderThatIsGoneIsOfflineAndComesBackWithoutEncoding) {
  fs::rename(root_, root_ + ".away");
  const auto state = [&] { return daemon_->Get("/v1/roots").json["roots"][0].value("state", ""); };
  ASSERT_TRUE(daemon_->WaitFor([&] { return state() == "offline"; }, kLimit));
  EXPECT_EQ(daemon_->Photos().size(), 3u) << "nothing is deleted";
  const Reply answer = daemon_->Get("/v1/search?q=a%20dog&k=3");
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_EQ(answer.json["results"].size(), 3u);
  for (const auto& hit : answer.json["results"]) EXPECT_EQ(hit["offline"], true) << hit;

  fs::rename(root_ + ".away", root_);
  EXPECT_TRUE(daemon_->WaitFor([&] { return state() == "online"; }, std::chrono::seconds(60)));
  EXPECT_TRUE(WaitForPaths({"a.jpg", "b.jpg", "folder/c.jpg"}));
  EXPECT_EQ(Encoded(), encoded_);
}

TEST_F(FileChanges, ChangesMadeWhileNobodyWatchedAreFoundAtTheNextStart) {
  EXPECT_EQ(daemon_->Stop(), 0);
  fs::rename(root_ + "/a.jpg", root_ + "/renamed.jpg");
  fs::remove(root_ + "/b.jpg");
  folder_.Write("root/new.jpg", Picture(11));
  daemon_ = std::make_unique<DaemonProcess>(DaemonProcess::Options{.data = folder_ / "data"});
  ASSERT_TRUE(daemon_->WaitUntilReady());
  EXPECT_TRUE(WaitForPaths({"renamed.jpg", "folder/c.jpg", "new.jpg"}));
  EXPECT_EQ(Encoded(), 1) << "only the new one";
}

}  // namespace
}  // namespace fovea::test
