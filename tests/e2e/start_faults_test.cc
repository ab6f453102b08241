// A fault at start ends the program with one readable line and exit code 1.
// label: process
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr uid_t kNobody = 65534;

// The lines that begin with "fovea: ", which are those for the user; log lines begin with a date.
std::vector<std::string> UserLines(const std::string& errors) {
  std::vector<std::string> lines;
  std::istringstream in(errors);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("fovea: ")) lines.push_back(line);
  }
  return lines;
}

class StartFaults : public testing::Test {
 protected:
  // The one line that `fovea serve` says before it ends with 1.
  std::string FaultOf(std::vector<std::string> arguments, ProcessOptions options = {}) const {
    arguments.insert(arguments.begin(), {"serve", "--listen", "127.0.0.1:0"});
    options.arguments = std::move(arguments);
    const Finished finished = RunFovea(options);
    EXPECT_EQ(finished.exit_code, 1) << finished.errors;
    const std::vector<std::string> lines = UserLines(finished.errors);
    EXPECT_EQ(lines.size(), 1u) << finished.errors;
    return lines.empty() ? "" : lines.front();
  }
  std::string CopyModel() const {
    const std::string copy = folder_ / "model";
    fs::copy(StrCat(FOVEA_SOURCE_DIR, "/models/fovea-tiny"), copy, fs::copy_options::recursive);
    return copy;
  }
  std::string ModelFault(const std::string& model) const { return FaultOf({"--data", folder_ / "data", "--model", model}); }

  const TempDir folder_;
};

TEST_F(StartFaults, APortThatIsTakenIsNamed) {
  DaemonProcess first({.data = folder_ / "first"});
  const std::string port = first.url().substr(first.url().rfind(':') + 1);
  const Finished second = RunFovea({.arguments = {"serve", "--data", folder_ / "second", "--listen", "127.0.0.1:" + port}});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(UserLines(second.errors), testing::ElementsAre(HasSubstr(port)));
}

TEST_F(StartFaults, ADataFolderThatIsInUseIsRefusedByTheNameOfItsLock) {
  DaemonProcess first({.data = folder_ / "data"});
  EXPECT_THAT(FaultOf({"--data", folder_ / "data"}), AllOf(HasSubstr(folder_ / "data"), HasSubstr("LOCK")));
  EXPECT_EQ(first.Get("/healthz").status, 200) << "the first one is not disturbed";
}

TEST_F(StartFaults, ADataFolderThatCannotBeWrittenIsNamed) {
  const std::string data = folder_ / "data";
  fs::create_directory(data);
  ProcessOptions options;
  if (::geteuid() == 0) {  // root may write everywhere
    options.user = kNobody;
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  } else {
    ASSERT_EQ(::chmod(data.c_str(), 0555), 0);
  }
  EXPECT_THAT(FaultOf({"--data", data}, options), HasSubstr(data));
  const std::string file = folder_.Write("a file", "not a folder");
  EXPECT_THAT(FaultOf({"--data", file}), HasSubstr(file));
}

TEST_F(StartFaults, ARootThatIsMissingIsNamed) {
  EXPECT_THAT(FaultOf({"--data", folder_ / "data", folder_ / "no pictures"}), HasSubstr(folder_ / "no pictures"));
  const std::string file = folder_.Write("a file", "x");
  EXPECT_THAT(FaultOf({"--data", folder_ / "data", file}), AllOf(HasSubstr(file), HasSubstr("not a folder")));
}

TEST_F(StartFaults, AnUnknownModelIsNamedWithThePlacesSearched) {
  EXPECT_THAT(ModelFault("no-such-model"), AllOf(HasSubstr("no-such-model"), HasSubstr("fovea/models")));
  EXPECT_THAT(ModelFault(folder_ / "nowhere"), HasSubstr(folder_ / "nowhere"));
}

TEST_F(StartFaults, AModelWithoutItsWeightsIsNamed) {
  const std::string model = CopyModel();
  for (const auto& entry : fs::directory_iterator(model)) {
    if (entry.path().extension() == ".safetensors") fs::remove(entry.path());
  }
  EXPECT_THAT(ModelFault(model), AllOf(HasSubstr(model), HasSubstr("safetensors")));
}

TEST_F(StartFaults, AModelOfOneTowerIsRefusedWithWhatToTakeInstead) {
  for (const auto tower : {encoder::Towers::kImage, encoder::Towers::kText}) {
    encoder::ClipConfig config = TinyVitWithVocabulary();
    config.layout = encoder::Layout::kHuggingFace;
    config.towers = tower;
    const std::string model = folder_ / (config.HasImageTower() ? "image" : "text");
    WriteModelFolder(model, config);
    EXPECT_THAT(ModelFault(model), AllOf(HasSubstr(config.HasImageTower() ? "has no text tower" : "has no image tower"), HasSubstr("--model NAME")));
  }
}

TEST_F(StartFaults, AModelWithCutWeightsIsNamed) {
  const std::string model = CopyModel();
  for (const auto& entry : fs::directory_iterator(model)) {
    if (entry.path().extension() == ".safetensors") fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
  }
  EXPECT_THAT(ModelFault(model), HasSubstr("safetensors"));
}

TEST_F(StartFaults, AModelWithoutItsVocabularyIsNamed) {
  const std::string model = CopyModel();
  fs::remove(model + "/merges.txt");
  EXPECT_THAT(ModelFault(model), AnyOf(HasSubstr("merges.txt"), HasSubstr("vocab")));
}

TEST_F(StartFaults, AModelWhoseConfigDoesNotFitItsWeightsNamesTheShape) {
  const std::string model = CopyModel();
  std::ifstream in(model + "/open_clip_config.json");
  nlohmann::json config = nlohmann::json::parse(in);
  config["model_cfg"]["embed_dim"] = config["model_cfg"]["embed_dim"].get<int>() + 1;
  std::ofstream(model + "/open_clip_config.json") << config.dump();
  EXPECT_THAT(ModelFault(model), testing::ContainsRegex("[0-9]+"));
}

TEST_F(StartFaults, AModelConfigThatIsNoJsonIsNamed) {
  const std::string model = CopyModel();
  std::ofstream(model + "/open_clip_config.json") << "{";
  EXPECT_THAT(ModelFault(model), HasSubstr("open_clip_config.json"));
}

TEST_F(StartFaults, AnUnknownSettingIsNamedWithTheNearestKnownOne) {
  const std::string file = folder_.Write("fovea.json", R"({"batchsize": 3})");
  EXPECT_THAT(FaultOf({"--data", folder_ / "data", "--config", file}), AllOf(HasSubstr("batchsize"), HasSubstr("batch_size")));
  EXPECT_THAT(FaultOf({"--data", folder_ / "data"}, {.environment = {{"FOVEA_MODLE", "x"}}}), AllOf(HasSubstr("FOVEA_MODLE"), HasSubstr("FOVEA_MODEL")));
  EXPECT_THAT(FaultOf({"--data", folder_ / "data"}, {.environment = {{"FOVEA_BATCH_SIZE", "0"}}}), HasSubstr("1 to 1024"));
}

TEST_F(StartFaults, AnAddressThatCannotBeListenedToIsNamed) {
  const Finished finished = RunFovea({.arguments = {"serve", "--data", folder_ / "data", "--listen", "somewhere"}});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(UserLines(finished.errors), testing::ElementsAre(HasSubstr("somewhere")));
}

}  // namespace
}  // namespace fovea::test
