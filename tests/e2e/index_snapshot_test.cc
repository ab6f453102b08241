// An index snapshot that is cut, flipped or gone is noticed, named in the log and rebuilt; the answers stay the same.
// label: process
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPhotos = 24;

class IndexSnapshot : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < kPhotos; ++i) folder_.Write(StrCat("root/", i, ".jpg"), MakePicture({.seed = 200 + i}));
    DaemonProcess daemon({.data = folder_ / "data", .roots = {folder_ / "root"}});
    ASSERT_TRUE(daemon.WaitForPhotos(kPhotos));
    answer_ = Answer(daemon);
    EXPECT_EQ(daemon.Stop(), 0);
  }
  // Ids and scores, best first.
  static std::vector<std::pair<uint64_t, double>> Answer(const DaemonProcess& daemon) {
    EXPECT_TRUE(daemon.WaitUntilReady());
    const Reply reply = daemon.Get("/v1/search?q=a%20red%20car&k=100");
    EXPECT_EQ(reply.status, 200) << reply.body;
    std::vector<std::pair<uint64_t, double>> answer;
    for (const auto& hit : reply.json["results"]) answer.emplace_back(hit["id"].get<uint64_t>(), hit["score"].get<double>());
    return answer;
  }
  // The snapshot: the file outside of RocksDB's that the index wrote.
  std::string Snapshot() const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "data")) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file() && name.find("index") != std::string::npos) return entry.path().string();
    }
    ADD_FAILURE() << "no snapshot in the data folder";
    return "";
  }
  static std::string Rebuilding(const DaemonProcess& daemon) {
    const nlohmann::json said = daemon.Get("/v1/status").json["index"]["rebuilding"];
    return said.is_null() ? "" : said.get<std::string>();
  }
  void ExpectRebuilt(const std::string& snapshot) const {
    DaemonProcess daemon({.data = folder_ / "data", .more = {"--snapshot-every-s", "1"}});
    EXPECT_EQ(Answer(daemon), answer_);
    EXPECT_TRUE(daemon.WaitFor([&] { return Rebuilding(daemon).empty() && fs::exists(snapshot); })) << "written anew in the background: " << Rebuilding(daemon);
    EXPECT_EQ(Answer(daemon), answer_);
    EXPECT_TRUE(daemon.process().WaitForErrors(fs::path(snapshot).filename().string())) << daemon.process().Errors();
    EXPECT_EQ(daemon.Metric("fovea_photos_encoded_total"), 0) << "nothing is encoded again";
  }

  const TempDir folder_;
  std::vector<std::pair<uint64_t, double>> answer_;
};

TEST_F(IndexSnapshot, AnsweredAllPhotosBeforeTheDamage) { EXPECT_EQ(answer_.size(), kPhotos); }

TEST_F(IndexSnapshot, ThatIsCutIsRebuilt) {
  const std::string snapshot = Snapshot();
  fs::resize_file(snapshot, fs::file_size(snapshot) / 2);
  ExpectRebuilt(snapshot);
}

TEST_F(IndexSnapshot, ThatIsEmptyIsRebuilt) {
  const std::string snapshot = Snapshot();
  fs::resize_file(snapshot, 0);
  ExpectRebuilt(snapshot);
}

TEST_F(IndexSnapshot, WithAFlippedBitIsRebuilt) {
  const std::string snapshot = Snapshot();
  std::fstream file(snapshot, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(fs::file_size(snapshot) * 2 / 3));
  const int byte = file.get();
  file.seekp(-1, std::ios::cur);
  file.put(static_cast<char>(byte ^ 4));
  file.close();
  ExpectRebuilt(snapshot);
}

TEST_F(IndexSnapshot, ThatIsGoneIsRebuilt) {
  const std::string snapshot = Snapshot();
  fs::remove(snapshot);
  ExpectRebuilt(snapshot);
}

TEST_F(IndexSnapshot, ThatIsGoneIsNamedByTheStatus) {
  fs::remove(Snapshot());
  DaemonProcess daemon({.data = folder_ / "data"});  // looks for the first time after ten seconds
  EXPECT_TRUE(daemon.WaitUntilReady());
  EXPECT_THAT(Rebuilding(daemon), testing::HasSubstr("index.snapshot"));
}

}  // namespace
}  // namespace fovea::test
