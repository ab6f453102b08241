// A library changes its model while it answers, through kill -9, with the real program and two real models.
// label: process
#include <gmock/gmock.h>

#include <filesystem>

#include "api/base64.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr uint64_t kPictures = 60;
constexpr std::chrono::minutes kLong{3};  // of a machine that is busy with other tests

class ModelSwitchProcess : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < kPictures; ++i) folder_.Write(StrCat("root/", i, ".jpg"), Bytes(i));
    WriteModelFolder(other_, TinyVitWithVocabulary());
  }
  static std::string Bytes(uint64_t i) { return MakePicture({.width = 160, .height = 120, .seed = 900 + i}); }
  DaemonProcess Start(const std::string& model) const {
    return DaemonProcess({.data = data_, .roots = {folder_ / "root"}, .more = {"--batch-size", "4", "--model", model}});
  }
  static json Models(const DaemonProcess& daemon) { return daemon.Get("/v1/models").json["models"]; }
  static std::string Answering(const DaemonProcess& daemon) { return Models(daemon)[0].value("source", ""); }
  // The best answer to a picture's own file is that picture, by whichever model answers.
  static void ExpectFindsItself(const DaemonProcess& daemon, uint64_t i) {
    const Reply answer = daemon.Post("/v1/search", {{"image", api::EncodeBase64(Bytes(i))}, {"k", 1}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    ASSERT_EQ(answer.json["results"].size(), 1u) << answer.body;
    EXPECT_GT(answer.json["results"][0]["score"].get<double>(), 0.9999) << answer.body;
    EXPECT_THAT(answer.json["results"][0].value("path", ""), testing::EndsWith(StrCat("/", i, ".jpg")));
  }

  const TempDir folder_;
  const std::string data_ = folder_ / "data";
  const std::string other_ = folder_ / "other-model";
};

TEST_F(ModelSwitchProcess, AnswersThroughKillsUntilTheNewModelHasAllAndGoesBack) {
  {
    DaemonProcess daemon = Start("fovea-tiny");
    ASSERT_TRUE(daemon.WaitForPhotos(kPictures, kLong));
    const Reply asked = daemon.Post("/v1/models", {{"model", other_}});
    ASSERT_EQ(asked.status, 202) << asked.body;
    ASSERT_EQ(daemon.Post(StrCat("/v1/jobs/", asked.json.value("id", 0), "/pause"), json::object()).status, 204);
    EXPECT_EQ(Answering(daemon), "fovea-tiny");
    daemon.KillHard();
  }
  for (uint64_t round = 0; round < 5; ++round) {
    DaemonProcess daemon = Start("fovea-tiny");
    ASSERT_TRUE(daemon.WaitUntilReady()) << daemon.process().Errors();
    ExpectFindsItself(daemon, round);
    if (round == 0) {
      const json filling = Models(daemon)[1];
      ASSERT_TRUE(filling.value("paused", false)) << filling.dump();
      ASSERT_EQ(daemon.Post(StrCat("/v1/jobs/", filling["job"].value("id", 0), "/resume"), json::object()).status, 204);
    }
    // Until some more photos have a vector of the new model, or all have.
    const auto further = [&] {
      const json models = Models(daemon);
      const json job = models.size() == 2 ? models[1].value("job", json()) : json();
      return models[0].value("source", "") == other_ || (job.is_object() && job.value("done", uint64_t{0}) >= 8 * (round + 1));
    };
    ASSERT_TRUE(daemon.WaitFor(further, kLong)) << daemon.process().Errors();
    daemon.KillHard();
  }
  DaemonProcess daemon = Start("fovea-tiny");
  ASSERT_TRUE(daemon.WaitUntilReady());
  ASSERT_TRUE(daemon.WaitFor([&] { return Answering(daemon) == other_; }, kLong)) << daemon.process().Errors();
  for (uint64_t i = 0; i < kPictures; i += 17) ExpectFindsItself(daemon, i);
  EXPECT_EQ(daemon.Get("/v1/status").json.value("vectors", uint64_t{0}), kPictures);

  const Finished back = RunFovea({.arguments = {"model", "switch", "fovea-tiny", "--wait", "--data", data_}});
  EXPECT_EQ(back.exit_code, 0) << back.errors;
  EXPECT_THAT(back.output, HasSubstr("switched to fovea-tiny"));
  EXPECT_EQ(Answering(daemon), "fovea-tiny");
  for (uint64_t i = 0; i < kPictures; i += 17) ExpectFindsItself(daemon, i);
  const Finished twice = RunFovea({.arguments = {"model", "switch", "fovea-tiny", "--data", data_}});
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.errors, HasSubstr("answers already"));
  ASSERT_EQ(daemon.Stop(), 0);
  const Finished verified = RunFovea({.arguments = {"verify", "--data", data_}});
  EXPECT_EQ(verified.exit_code, 0) << verified.output << verified.errors;
}

TEST_F(ModelSwitchProcess, StartsWithTheOldModelWhenAnotherIsAskedForAndSwitches) {
  {
    DaemonProcess daemon = Start("fovea-tiny");
    ASSERT_TRUE(daemon.WaitForPhotos(kPictures, kLong));
    ASSERT_EQ(daemon.Stop(), 0);
  }
  {
    DaemonProcess daemon = Start(other_);
    ASSERT_TRUE(daemon.WaitUntilReady()) << daemon.process().Errors();
    ExpectFindsItself(daemon, 3);
    ASSERT_TRUE(daemon.WaitFor([&] { return Answering(daemon) == other_; }, kLong)) << daemon.process().Errors();
    ExpectFindsItself(daemon, 4);
    ASSERT_EQ(daemon.Stop(), 0);
  }
  std::filesystem::rename(other_, other_ + ".away");
  FoveaProcess refused({.arguments = {"serve", "--data", data_, "--listen", "127.0.0.1:0", "--model", "fovea-tiny"}});
  EXPECT_EQ(refused.WaitForExit(), 1);
  EXPECT_THAT(refused.Errors(), testing::AllOf(HasSubstr("other-model"), HasSubstr("cannot be loaded")));
}

TEST_F(ModelSwitchProcess, NeedsARunningDaemon) {
  const Finished finished = RunFovea({.arguments = {"model", "switch", "fovea-tiny", "--data", data_}});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.errors, HasSubstr("no daemon"));
}

}  // namespace
}  // namespace fovea::test
