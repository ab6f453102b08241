// How the daemon ends: in order and soon, even in the middle of work; and where it goes on.
// label: process
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMany = 400;

class Stop : public testing::Test {
 protected:
  void WritePictures(uint64_t count) const {
    for (uint64_t i = 0; i < count; ++i) folder_.Write(StrCat("root/", i % 5, "/", i, ".jpg"), MakePicture({.width = 96, .height = 80, .seed = i}));
  }
  DaemonProcess::Options Options() const { return {.data = folder_ / "data", .roots = {folder_ / "root"}, .more = {"--batch-size", "8"}}; }

  const TempDir folder_;
};

TEST_F(Stop, DuringIndexingEndsWithinTenSecondsAndLosesNothing) {
  WritePictures(kMany);
  std::set<uint64_t> reported;
  {
    DaemonProcess daemon(Options());
    const auto some = [&] {
      for (const auto& photo : daemon.Photos()) reported.insert(photo["id"].get<uint64_t>());
      return reported.size() > 16;
    };
    ASSERT_TRUE(daemon.WaitFor(some, std::chrono::seconds(60)));
    daemon.process().Signal(SIGTERM);
    EXPECT_EQ(daemon.process().WaitForExit(std::chrono::seconds(10)), 0);
  }
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitForPhotos(kMany, std::chrono::minutes(2)));
  for (const uint64_t id : reported) EXPECT_EQ(daemon.Get(StrCat("/v1/photos/", id)).status, 200) << id;
  EXPECT_LE(daemon.Metric("fovea_photos_encoded_total"), static_cast<double>(kMany - reported.size())) << "it goes on where it was";
}

TEST_F(Stop, NamesItsStepsInOrder) {
  WritePictures(4);
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitForPhotos(4));
  EXPECT_EQ(daemon.Stop(), 0);
  const std::string log = daemon.process().Errors();
  size_t at = 0;
  for (const char* step : {"stop: refuse connections", "stop: watcher", "stop: index snapshot", "stop: close storage", "stop: join I/O", "stopped in"}) {
    const size_t found = log.find(step, at);
    ASSERT_NE(found, std::string::npos) << step << " in:\n" << log;
    at = found;
  }
  EXPECT_FALSE(fs::exists(folder_ / "data/daemon.json"));
}

TEST_F(Stop, BeforeTheModelIsLoadedEndsToo) {
  WritePictures(4);
  DaemonProcess daemon(Options());
  daemon.process().Signal(SIGINT);
  EXPECT_EQ(daemon.process().WaitForExit(std::chrono::seconds(10)), 0) << daemon.process().Errors();
}

TEST_F(Stop, ASecondSignalEndsAtOnce) {
  WritePictures(kMany);
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitUntilReady());
  daemon.process().Signal(SIGTERM);
  ASSERT_TRUE(daemon.process().WaitForErrors("SIGTERM: stopping"));
  ::kill(daemon.process().pid(), SIGTERM);  // it may have ended by now
  const std::optional<int> code = daemon.process().WaitForExit(std::chrono::seconds(10));
  EXPECT_TRUE(code == 0 || code == 128 + SIGTERM) << code.value_or(-1);
}

TEST_F(Stop, ThePortAnswersBeforeTheModelIsThere) {
  WritePictures(4);
  DaemonProcess daemon(Options());
  const Reply early = daemon.Get("/readyz");
  EXPECT_TRUE(early.status == 200 || early.body.find("loading") != std::string::npos) << early.body;
  EXPECT_EQ(daemon.Get("/healthz").status, 200);
  EXPECT_TRUE(daemon.WaitUntilReady());
}

}  // namespace
}  // namespace fovea::test
