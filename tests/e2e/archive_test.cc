// Backup, restore, verify and export, with a daemon on the data and without.
// label: process
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Archive : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < kPictures; ++i) folder_.Write(StrCat("root/", i, ".jpg"), MakePicture({.seed = 700 + i}));
    ASSERT_EQ(Run({"index", "--data", data_, folder_ / "root"}).exit_code, 0);
  }
  Finished Run(std::vector<std::string> arguments) const { return RunFovea({.arguments = std::move(arguments)}); }
  std::string Search(const std::string& data) const { return Run({"search", "a red car", "-k", "5", "--data", data}).output; }

  static constexpr uint64_t kPictures = 6;
  const TempDir folder_;
  const std::string data_ = folder_ / "data", backups_ = folder_ / "backups", other_ = folder_ / "other";
};

TEST_F(Archive, RestoresWhatWasBackedUpWithoutADaemon) {
  const Finished made = Run({"backup", backups_, "--data", data_});
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_THAT(made.output, AllOf(HasSubstr("made backup 1"), HasSubstr("6 photos"), HasSubstr(backups_)));
  const Finished restored = Run({"restore", backups_, "--data", other_});
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  EXPECT_EQ(Search(other_), Search(data_));
  const Finished again = Run({"restore", backups_, "--data", other_});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.errors, HasSubstr("there is a library"));
}

TEST_F(Archive, BacksUpBesideARunningDaemonWhichShowsItAsAJob) {
  DaemonProcess daemon({.data = data_});
  ASSERT_TRUE(daemon.WaitUntilReady());
  const Finished made = Run({"backup", backups_, "--json", "--data", data_});
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_EQ(json::parse(made.output)["photos"], 6);
  const json job = daemon.Get("/v1/jobs?limit=1").json["jobs"][0];
  EXPECT_EQ(job["kind"], "backup");
  EXPECT_EQ(job["state"], "done");
  EXPECT_EQ(job["subject"], backups_);
  ASSERT_EQ(Run({"backup", backups_, "--data", data_}).exit_code, 0);
  const Finished list = Run({"restore", backups_, "--list", "--json"});
  EXPECT_EQ(json::parse(list.output)["backups"].size(), 2u) << list.output;
  ASSERT_EQ(Run({"restore", backups_, "--number", "1", "--data", other_}).exit_code, 0);
  EXPECT_EQ(Search(other_), Search(data_));

  const Finished foreign = Run({"backup", folder_ / "root", "--data", data_});
  EXPECT_EQ(foreign.exit_code, 1);
  EXPECT_THAT(foreign.errors, HasSubstr("other files are there"));
  EXPECT_EQ(daemon.Get("/v1/jobs?limit=1").json["jobs"][0]["state"], "failed");
}

TEST_F(Archive, VerifiesBesideADaemonAndNamesDamage) {
  DaemonProcess daemon({.data = data_});
  ASSERT_TRUE(daemon.WaitUntilReady());
  const Finished sound = Run({"verify", "--data", data_});
  EXPECT_EQ(sound.exit_code, 0) << sound.errors;
  EXPECT_THAT(sound.output, AllOf(HasSubstr("sound: 6 photos"), HasSubstr("0 faults")));
  ASSERT_EQ(daemon.Stop(), 0);
  size_t altered = 0;
  for (const auto& entry : fs::directory_iterator(data_ + "/catalog")) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(20);
    file << "no such block";
    ++altered;
  }
  ASSERT_GT(altered, 0u);
  const Finished damaged = Run({"verify", "--json", "--data", data_});
  EXPECT_EQ(damaged.exit_code, 1) << damaged.output;
  if (!damaged.output.empty()) {  // else the store said so when it was opened
    EXPECT_EQ(json::parse(damaged.output)["sound"], false);
  } else {
    EXPECT_THAT(damaged.errors, HasSubstr(data_));
  }
}

TEST_F(Archive, ExportsRowsAndLinesInTheSameOrder) {
  const std::string out = folder_ / "out";
  const Finished finished = Run({"export", out, "--data", data_});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const std::string npy = ContentOf(out + "/vectors.npy");
  ASSERT_EQ(npy.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const size_t header = 10 + static_cast<uint8_t>(npy[8]) + 256 * static_cast<uint8_t>(npy[9]);
  EXPECT_EQ(header % 64, 0u);
  EXPECT_THAT(npy.substr(10, header - 10), AllOf(HasSubstr("'descr': '<f4'"), HasSubstr("'shape': (6, 128)"), testing::EndsWith("\n")));
  ASSERT_EQ(npy.size(), header + 6 * 128 * sizeof(float));
  std::vector<float> numbers(6 * 128);
  std::memcpy(numbers.data(), npy.data() + header, npy.size() - header);
  std::istringstream lines(ContentOf(out + "/photos.jsonl"));
  size_t row = 0;
  for (std::string line; std::getline(lines, line); ++row) {
    const json photo = json::parse(line);
    const std::string path = photo["paths"][0]["path"];
    EXPECT_TRUE(fs::exists(path)) << path;
    EXPECT_EQ(photo["sha256"].get<std::string>().size(), 64u);
    const Finished embedded = Run({"embed", "--image", path});
    const auto vector = json::parse(embedded.output)["features"][0].get<std::vector<double>>();
    double cosine = 0;
    for (size_t i = 0; i < vector.size(); ++i) cosine += vector[i] * static_cast<double>(numbers[row * 128 + i]);
    EXPECT_NEAR(cosine, 1, 1e-4) << path;
  }
  EXPECT_EQ(row, 6u);
}

TEST_F(Archive, SaysWhatIsMissing) {
  for (const char* command : {"verify", "export", "backup"}) {
    std::vector<std::string> arguments = {command, "--data", other_};
    if (command != std::string("verify")) arguments.insert(arguments.begin() + 1, folder_ / "out");
    const Finished finished = Run(arguments);
    EXPECT_EQ(finished.exit_code, 1) << command;
    EXPECT_THAT(finished.errors, HasSubstr(other_)) << command;
  }
  EXPECT_THAT(Run({"restore", backups_, "--data", other_}).errors, HasSubstr("no such folder"));
}

}  // namespace
}  // namespace fovea::test
