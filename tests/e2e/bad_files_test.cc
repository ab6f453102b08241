// What lies in a folder besides good pictures: listed as failed or passed over, and never in the way of its neighbours.
// label: process
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;

constexpr uid_t kNobody = 65534;
constexpr int kGood = 8;

std::string Picture(uint64_t seed, PictureFormat format = PictureFormat::kJpeg) { return MakePicture({.format = format, .seed = seed}); }

class BadFiles : public testing::Test {
 protected:
  void SetUp() override {
    fs::permissions(folder_.path(), fs::perms(0755));
    for (int i = 0; i < kGood; ++i) folder_.Write(StrCat("root/good", i, ".jpg"), Picture(100 + static_cast<uint64_t>(i)));
  }
  // Failures by file name -> reason.
  static std::map<std::string, std::string> Reasons(const DaemonProcess& daemon) {
    std::map<std::string, std::string> reasons;
    for (const auto& failure : daemon.Failures()) {
      reasons[fs::path(failure["path"].get<std::string>()).filename().string()] = failure["reason"].get<std::string>();
    }
    return reasons;
  }
  DaemonProcess::Options Options() const { return {.data = folder_ / "data", .roots = {folder_ / "root"}}; }

  const TempDir folder_;
};

TEST_F(BadFiles, AreListedWithTheirReasonAndTheNeighboursAreIndexed) {
  const std::string whole = Picture(1);
  folder_.Write("root/empty.jpg", "");
  folder_.Write("root/cut.jpg", whole.substr(0, whole.size() / 3));
  folder_.Write("root/cut.png", Picture(2, PictureFormat::kPng).substr(0, 200));
  folder_.Write("root/text.jpg", "this is a letter to my aunt, and no picture at all");
  folder_.Write("root/vector.jpg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>");
  folder_.Write("root/document.png", "%PDF-1.4\n1 0 obj\n<< >>\nendobj\n");
  folder_.Write("root/huge.png", MakePngHeader(50'000, 50'000));
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitUntilReady());
  ASSERT_TRUE(daemon.WaitForFailures(7));
  ASSERT_TRUE(daemon.WaitForPhotos(kGood));

  const auto reasons = Reasons(daemon);
  for (const char* name : {"empty.jpg", "cut.jpg", "cut.png", "text.jpg", "vector.jpg", "document.png", "huge.png"}) {
    EXPECT_THAT(reasons, Contains(Key(name)));
  }
  EXPECT_THAT(reasons, Contains(Pair("huge.png", HasSubstr("2500"))));
  for (const auto& failure : daemon.Failures()) {
    EXPECT_EQ(failure["tries"], 1) << failure;
    EXPECT_NE(failure["code"], "") << failure;
  }
}

TEST_F(BadFiles, AreNotTriedAgainUntilTheyChange) {
  folder_.Write("root/bad.jpg", "no picture");
  double failed = 0;
  {
    DaemonProcess daemon(Options());
    ASSERT_TRUE(daemon.WaitForFailures(1));
    ASSERT_TRUE(daemon.WaitForPhotos(kGood));
    failed = daemon.Metric("fovea_photos_failed_total");
    folder_.Write("root/another.jpg", Picture(50));
    ASSERT_TRUE(daemon.WaitForPhotos(kGood + 1));
    EXPECT_EQ(daemon.Metric("fovea_photos_failed_total"), failed) << "a neighbour's change is no reason to try again";
    EXPECT_EQ(daemon.Stop(), 0);
  }
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitUntilReady());
  folder_.Write("root/third.jpg", Picture(51));
  ASSERT_TRUE(daemon.WaitForPhotos(kGood + 2));
  ASSERT_EQ(daemon.Failures().size(), 1u);
  EXPECT_EQ(daemon.Failures()[0]["tries"], 1) << "nor is a restart";

  folder_.Write("root/bad.jpg", Picture(52));
  EXPECT_TRUE(daemon.WaitForPhotos(kGood + 3));
  EXPECT_TRUE(daemon.WaitForFailures(0));
}

TEST_F(BadFiles, AreTriedAgainOnRequest) {
  folder_.Write("root/bad.jpg", "no picture");
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitForFailures(1));
  EXPECT_EQ(daemon.PostText("/v1/failures/retry", "{}").status, 202);
  EXPECT_TRUE(daemon.WaitForFailures(1));
  EXPECT_TRUE(daemon.WaitForPhotos(kGood));
}

TEST_F(BadFiles, WhatIsNoFileOrLeadsOutOfTheRootIsPassedOver) {
  const std::string outside = folder_.Write("outside/secret.jpg", Picture(7));
  ASSERT_EQ(::mkfifo((folder_ / "root/fifo.jpg").c_str(), 0644), 0);
  fs::create_symlink(outside, folder_ / "root/link.jpg");
  fs::create_directory_symlink(folder_ / "outside", folder_ / "root/linked folder");
  fs::create_symlink("/dev/zero", folder_ / "root/zero.jpg");
  fs::create_directory(folder_ / "root/a folder.jpg");
  fs::create_symlink(folder_ / "root", folder_ / "root/loop");
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitForPhotos(kGood));
  folder_.Write("root/last.jpg", Picture(8));
  ASSERT_TRUE(daemon.WaitForPhotos(kGood + 1));
  for (const auto& photo : daemon.Photos()) EXPECT_THAT(photo["path"].get<std::string>(), testing::Not(HasSubstr("secret")));
}

TEST_F(BadFiles, AFileThatMayNotBeReadIsListed) {
  const std::string closed = folder_.Write("root/closed.jpg", Picture(9));
  fs::permissions(closed, fs::perms::none);
  fs::create_directory(folder_ / "data");
  DaemonProcess::Options options = Options();
  if (::geteuid() == 0) {  // root reads everything
    options.process.user = kNobody;
    ASSERT_EQ(::chown((folder_ / "data").c_str(), kNobody, kNobody), 0);
  }
  DaemonProcess daemon(options);
  ASSERT_TRUE(daemon.WaitForFailures(1));
  EXPECT_THAT(Reasons(daemon), Contains(Pair("closed.jpg", HasSubstr("ermission"))));
  EXPECT_TRUE(daemon.WaitForPhotos(kGood));
}

TEST_F(BadFiles, ANameThatIsNotUtf8IsIndexedAndShownWithItsBytes) {
  folder_.Write("root/gr\xfc\xdf" "e.jpg", Picture(10));
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitForPhotos(kGood + 1));
  int with_bytes = 0;
  for (const auto& photo : daemon.Photos()) {
    if (!photo.contains("path_bytes")) continue;
    ++with_bytes;
    EXPECT_EQ(daemon.Get(StrCat("/v1/photos/", photo["id"].get<uint64_t>(), "/file")).status, 200);
  }
  EXPECT_EQ(with_bytes, 1);
}

TEST_F(BadFiles, FilesWithTheSameBytesAreOnePhotoWithTwoPaths) {
  folder_.Write("root/copy of good0.jpg", Picture(100));
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitForPhotos(kGood));
  int with_two_paths = 0;
  for (const auto& photo : daemon.Photos()) {
    const Reply reply = daemon.Get(StrCat("/v1/photos/", photo["id"].get<uint64_t>()));
    if (reply.json["paths"].size() == 2) ++with_two_paths;
  }
  EXPECT_EQ(with_two_paths, 1);
}

}  // namespace
}  // namespace fovea::test
