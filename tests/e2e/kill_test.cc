// kill -9 at any moment while pictures arrive: what was reported stays, finds itself, and is there once.
// label: process
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "api/base64.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "base/worker.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 10;
constexpr int64_t kMaxPictureBytes = 1 << 20;

// Writes one picture after the other, kAhead more than were reported, until it is told to stop.
class Arrivals {
 public:
  explicit Arrivals(const TempDir& folder) : folder_(folder), thread_("arrivals", [this](const std::stop_token&) { Run(); }) {}
  ~Arrivals() { Stop(); }
  void Reported(uint64_t count) {
    allowed_ = std::max(allowed_.load(), count + kAhead);
    allowed_.notify_all();
  }
  // Returns how many pictures there are.
  uint64_t Stop() {
    stopping_ = true;
    allowed_ += 1;
    allowed_.notify_all();
    thread_.Join();
    return written_;
  }

 private:
  static constexpr uint64_t kAhead = 30;

  void Run() {
    while (!stopping_) {
      const uint64_t allowed = allowed_;
      if (written_ >= allowed) {
        allowed_.wait(allowed);
        continue;
      }
      const uint64_t number = written_ + 1;
      folder_.Write(StrCat("root/", number % 7, "/", number, ".jpg"), MakePicture({.width = 96, .height = 80, .seed = number}));
      written_ = number;
    }
  }

  const TempDir& folder_;
  std::atomic<uint64_t> allowed_ = kAhead;
  std::atomic<bool> stopping_ = false;
  uint64_t written_ = 0;  // of the thread until it is joined
  Thread thread_;
};

class Kill : public testing::Test {
 protected:
  DaemonProcess Start() const { return DaemonProcess({.data = folder_ / "data", .roots = {folder_ / "root"}, .more = {"--batch-size", "4"}}); }

  // Photos that /v1/photos tells now: id -> path.
  static std::map<uint64_t, std::string> Reported(const DaemonProcess& daemon) {
    std::map<uint64_t, std::string> reported;
    for (const auto& photo : daemon.Photos()) reported[photo["id"].get<uint64_t>()] = photo["path"].get<std::string>();
    return reported;
  }
  // The best answer to the photo's own file is the photo itself.
  static void ExpectFindsItself(const DaemonProcess& daemon, uint64_t id, const std::string& path) {
    const auto bytes = ReadFile(path, kMaxPictureBytes);
    ASSERT_TRUE(bytes) << path;
    const Reply answer = daemon.Post("/v1/search", {{"image", api::EncodeBase64(*bytes)}, {"k", 1}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_EQ(answer.json["results"].size(), 1u) << path;
    EXPECT_EQ(answer.json["results"][0]["id"], id) << path << ": " << answer.body;
    EXPECT_GT(answer.json["results"][0]["score"].get<double>(), 0.9999) << path;
  }

  const TempDir folder_;
  std::map<uint64_t, std::string> reported_;
};

TEST_F(Kill, LosesNothingThatWasReportedInTenRounds) {
  std::minstd_rand random(7);
  fs::create_directory(folder_ / "root");
  Arrivals arrivals(folder_);
  for (int round = 0; round < kRounds; ++round) {
    DaemonProcess daemon = Start();
    ASSERT_TRUE(daemon.WaitUntilReady());
    for (const auto& [id, path] : reported_) {
      EXPECT_EQ(daemon.Get(StrCat("/v1/photos/", id)).json.value("path", ""), path) << "round " << round;
    }
    const size_t enough = reported_.size() + 1 + random() % 25;
    const auto arrived = [&] {
      reported_ = Reported(daemon);
      arrivals.Reported(reported_.size());
      return reported_.size() >= enough;
    };
    ASSERT_TRUE(daemon.WaitFor(arrived, std::chrono::seconds(60)))
        << reported_.size() << " of " << enough << "\n" << daemon.process().Errors();
    daemon.KillHard();
  }
  const uint64_t written = arrivals.Stop();

  DaemonProcess daemon = Start();
  ASSERT_TRUE(daemon.WaitUntilReady());
  ASSERT_TRUE(daemon.WaitForPhotos(written, std::chrono::minutes(2)));
  const std::map<uint64_t, std::string> last = Reported(daemon);
  std::set<std::string> paths;
  for (const auto& [id, path] : last) EXPECT_TRUE(paths.insert(path).second) << "twice: " << path;
  for (const auto& [id, path] : reported_) {
    EXPECT_EQ(last.contains(id) ? last.at(id) : "", path);
    ExpectFindsItself(daemon, id, path);
  }
  EXPECT_EQ(daemon.Get("/v1/status").json.value("vectors", uint64_t{0}), last.size()) << "a vector for each record and none besides";
  EXPECT_TRUE(daemon.Failures().empty());
}

}  // namespace
}  // namespace fovea::test
