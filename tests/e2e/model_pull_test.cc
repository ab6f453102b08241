// `fovea model pull`, `remove` and `list` as a user runs them, against a real HTTPS server with its own authority.
// label: process
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>

#include "base/log.h"
#include "base/unique_fd.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/model_home.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/wait_until.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kWeights = "open_clip_model.safetensors";
constexpr size_t kSome = 5'000'000;

// The files of a model with reference weights.
std::map<std::string, std::string> FilesOf(const encoder::ClipConfig& config) {
  const TempDir folder;
  WriteModelFolder(folder.path(), config);
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder.path())) files[entry.path().filename().string()] = ReadFile(entry.path().string(), 1 << 30).value_or("");
  return files;
}

class ModelPull : public testing::Test {
 protected:
  using Change = std::function<void(const TlsRequest&, TlsAnswer&)>;
  void Serve(Change change = {}) {
    server_ = std::make_unique<HubServer>(authority_, HubServer::Options{.files = files_, .openai = openai_, .change = std::move(change)});
    home_ = std::make_unique<ModelHome>(authority_, *server_);
  }
  // The one line that a command says before it ends with 1; nothing may be left under the model's name.
  std::string FaultOf(const ProcessOptions& options) const {
    const Finished finished = RunFovea(options);
    EXPECT_EQ(finished.exit_code, 1) << finished.output << finished.errors;
    EXPECT_THAT(finished.errors, testing::StartsWith("fovea: "));
    EXPECT_EQ(std::count(finished.errors.begin(), finished.errors.end(), '\n'), 1) << finished.errors;
    EXPECT_FALSE(fs::exists(home_->model()));
    return finished.errors;
  }
  std::string PullFault() const { return FaultOf(home_->Options({"model", "pull", "test/tiny"})); }
  std::string Weights() const { return ReadFile(home_->model() + "/" + kWeights, 1 << 30).value_or("not there"); }

  const TestAuthority authority_;
  std::map<std::string, std::string> files_ = FilesOfFoveaTiny();
  std::map<std::string, std::string> openai_;
  std::unique_ptr<HubServer> server_;
  std::unique_ptr<ModelHome> home_;
};

TEST_F(ModelPull, BringsAModelThatGivesTheSameFeatures) {
  Serve();
  const Finished pulled = home_->Run({"model", "pull", "test/tiny"});
  ASSERT_EQ(pulled.exit_code, 0) << pulled.errors;
  EXPECT_THAT(pulled.output, AllOf(HasSubstr("pulling: "), HasSubstr("13.6 MiB"), HasSubstr(home_->model()), HasSubstr("--model test/tiny")));
  EXPECT_THAT(pulled.output, Not(HasSubstr("\r"))) << "no bar where there is no terminal";
  const json ours = json::parse(home_->Run({"embed", "--model", "test/tiny", "--text", "a dog"}).output);
  const json original = json::parse(home_->Run({"embed", "--text", "a dog"}).output);
  EXPECT_EQ(ours["features"], original["features"]);
  EXPECT_EQ(ours["model"], "tiny");

  const json list = json::parse(home_->Run({"model", "list", "--json"}).output);
  const auto listed = std::find_if(list.begin(), list.end(), [](const json& model) { return model["name"] == "test/tiny"; });
  ASSERT_NE(listed, list.end());
  EXPECT_EQ((*listed)["here"], true);
  EXPECT_EQ((*listed)["dim"], 128);
  const json facts = json::parse(home_->Run({"model", "inspect", "test/tiny"}).output);
  EXPECT_EQ(facts["name"], "tiny");
  EXPECT_EQ(facts["preprocessing"]["crop_px"], 64);
  EXPECT_TRUE(facts["notes"].is_array());
}

TEST_F(ModelPull, DrawsABarOnATerminal) {
  Serve();
  ProcessOptions options = home_->Options({"-qec", StrCat(FOVEA_BINARY, " model pull test/tiny"), "/dev/null"});
  options.program = "/usr/bin/script";  // gives it a terminal
  const Finished pulled = RunFovea(options);
  ASSERT_EQ(pulled.exit_code, 0) << pulled.output;
  EXPECT_THAT(pulled.output, AllOf(HasSubstr("\r["), HasSubstr("100 %  13.6 of 13.6 MiB"), HasSubstr("checking")));
}

TEST_F(ModelPull, KilledGoesOnWhereItWas) {
  std::atomic<int> answers = 0;
  Serve([&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights) && ++answers == 1) answer.hold_after = kSome;
  });
  home_->Set("HF_HUB_DOWNLOAD_TIMEOUT", "100");
  {
    FoveaProcess process(home_->Options({"model", "pull", "test/tiny"}));
    const std::string partial = StrCat(home_->models(), "/.pull/test--tiny/files/", kWeights, ".partial");
    std::error_code absent;
    ASSERT_TRUE(WaitUntil([&] { return server_->tls().Holds() && fs::exists(partial, absent) && fs::file_size(partial, absent) > kSome / 2; }));
    process.Signal(SIGKILL);
    EXPECT_EQ(process.WaitForExit(), 128 + SIGKILL);
  }
  EXPECT_FALSE(fs::exists(home_->model()));
  EXPECT_THAT(home_->Run({"embed", "--model", "test/tiny", "--text", "x"}).errors, HasSubstr("fovea model pull test/tiny"));
  const Finished again = home_->Run({"model", "pull", "test/tiny"});
  ASSERT_EQ(again.exit_code, 0) << again.errors;
  const std::string range = server_->LastOf(kWeights).Field("Range");
  ASSERT_THAT(range, testing::StartsWith("bytes="));
  EXPECT_GT(std::stoul(range.substr(6)), kSome / 2);
  EXPECT_EQ(Weights(), files_.at(kWeights));
  EXPECT_EQ(server_->CountOf("vocab.json"), 1u);
}

TEST_F(ModelPull, AServerThatFallsSilentIsAskedAgain) {
  std::atomic<int> answers = 0;
  Serve([&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights) && ++answers == 1) answer.hold_after = kSome;
  });
  home_->Set("HF_HUB_DOWNLOAD_TIMEOUT", "1");
  const Finished pulled = home_->Run({"model", "pull", "test/tiny"});
  ASSERT_EQ(pulled.exit_code, 0) << pulled.errors;
  EXPECT_THAT(pulled.output, HasSubstr("trying again from byte"));
  EXPECT_EQ(Weights(), files_.at(kWeights));
}

TEST_F(ModelPull, TheSecondOfTwoWaitsAndSaysSo) {
  std::atomic<int> answers = 0;
  Serve([&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights) && ++answers == 1) answer.hold_after = kSome;
  });
  home_->Set("HF_HUB_DOWNLOAD_TIMEOUT", "100");
  FoveaProcess first(home_->Options({"model", "pull", "test/tiny"}));
  ASSERT_TRUE(WaitUntil([&] { return server_->tls().Holds(); }));
  EXPECT_THAT(home_->Run({"model", "remove", "test/tiny"}).errors, HasSubstr("pulls test/tiny at this moment"));
  FoveaProcess second(home_->Options({"model", "pull", "test/tiny"}));
  ASSERT_TRUE(WaitUntil([&] { return second.Output().find("another process pulls test/tiny") != std::string::npos; }));
  server_->tls().Release();
  EXPECT_EQ(first.WaitForExit(), 0) << first.Errors();
  EXPECT_EQ(second.WaitForExit(), 0) << second.Errors();
  EXPECT_EQ(server_->CountOf(kWeights), 1u);
  EXPECT_EQ(Weights(), files_.at(kWeights));
}

TEST_F(ModelPull, WhatTheServerRefusesIsOneLine) {
  struct Case {
    int status;
    const char* says;
  };
  for (const Case& given : {Case{401, "HF_TOKEN"}, Case{403, "access must be granted"}, Case{404, "no such repository"}, Case{418, "418"}}) {
    for (const char* where : {"?blobs=true", kWeights}) {
      Serve([&](const TlsRequest& request, TlsAnswer& answer) {
        if (request.target.ends_with(where)) answer = {.status = given.status, .fields = {{"X-Error-Message", "so it is"}}, .body = "<html>"};
      });
      EXPECT_THAT(PullFault(), AllOf(HasSubstr(given.says), HasSubstr("so it is"))) << given.status << " " << where;
    }
  }
  Serve([](const TlsRequest&, TlsAnswer& answer) { answer = {.status = 401}; });
  home_->Set("HF_TOKEN", "hf_secret");
  EXPECT_THAT(PullFault(), AllOf(HasSubstr("token is not accepted"), Not(HasSubstr("hf_secret"))));
}

TEST_F(ModelPull, ABusyServerIsAskedAgainAndThenGivenUp) {
  std::atomic<int> answers = 0;
  Serve([&](const TlsRequest&, TlsAnswer& answer) {
    if (++answers % 2 == 1) answer = {.status = 503};
  });
  EXPECT_EQ(home_->Run({"model", "pull", "test/tiny"}).exit_code, 0) << "every second answer is enough";
  Serve([](const TlsRequest&, TlsAnswer& answer) { answer = {.status = 503}; });
  EXPECT_THAT(PullFault(), HasSubstr("503"));
  EXPECT_EQ(server_->CountOf("/revision/main"), 4u);
}

TEST_F(ModelPull, AWrongHashIsOneLine) {
  Serve([](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights)) answer.body.back() ^= 1;
  });
  EXPECT_THAT(PullFault(), AllOf(HasSubstr("wrong SHA-256"), HasSubstr(kWeights)));
}

TEST_F(ModelPull, AWrongFileOfOpenAisIsOneLine) {
  openai_["models/40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af/ViT-B-32.pt"] = "something else";
  Serve();
  EXPECT_THAT(FaultOf(home_->Options({"model", "pull", "ViT-B/32"})), AllOf(HasSubstr("wrong SHA-256"), HasSubstr("40d36571")));
  EXPECT_FALSE(fs::exists(home_->model("ViT-B-32")));
}

TEST_F(ModelPull, AConfigurationThatFoveaCannotReadIsRefusedBeforeTheWeights) {
  files_["open_clip_config.json"] = R"({"model_cfg": {"embed_dim": 512, "vision_cfg": {"timm_model_name": "convnext_base", "image_size": 224}, "text_cfg": {}}})";
  Serve();
  EXPECT_THAT(PullFault(), HasSubstr("timm_model_name"));
  EXPECT_EQ(server_->CountOf(kWeights), 0u);
}

TEST_F(ModelPull, AModelWithoutVocabularyIsRefusedBeforeTheWeights) {
  encoder::ClipConfig config = TinyVitWithVocabulary();
  config.layout = encoder::Layout::kHuggingFace;
  files_ = FilesOf(config);
  files_.erase("vocab.json");
  Serve();
  EXPECT_THAT(PullFault(), HasSubstr("no vocabulary"));
  EXPECT_EQ(server_->CountOf("model.safetensors"), 0u);
}

TEST_F(ModelPull, BringsAnExportOfOneTower) {
  encoder::ClipConfig config = TinyVitWithVocabulary();
  config.layout = encoder::Layout::kHuggingFace;
  for (const auto tower : {encoder::Towers::kImage, encoder::Towers::kText}) {
    config.towers = tower;
    files_ = FilesOf(config);
    Serve();
    ASSERT_EQ(home_->Run({"model", "pull", "test/tiny"}).exit_code, 0);
    const json facts = json::parse(home_->Run({"model", "inspect", "test/tiny"}).output);
    EXPECT_EQ(facts["towers"], json::array({config.HasImageTower() ? "image" : "text"}));
    EXPECT_EQ(home_->Run({"embed", "--model", "test/tiny", "--text", "a dog"}).exit_code, config.HasTextTower() ? 0 : 1);
  }
}

TEST_F(ModelPull, BringsALoneFileOfOpenAisKind) {
  encoder::ClipConfig config = TinyVit();
  config.text.vocab_size = 49408;
  const TempDir folder;
  WriteSafetensors(folder / "tuned.safetensors", StoredReferenceWeights(config));
  files_ = {{"README.md", "#"}, {"tuned.safetensors", ReadFile(folder / "tuned.safetensors", 1 << 30).value_or("")}};
  Serve();
  const Finished pulled = home_->Run({"model", "pull", "test/tiny"});
  ASSERT_EQ(pulled.exit_code, 0) << pulled.errors;
  EXPECT_EQ(json::parse(home_->Run({"model", "inspect", "test/tiny"}).output)["layout"], "openai");
}

TEST_F(ModelPull, NoNetworkAndNoTrustAreOneLine) {
  Serve();
  home_->Set("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_THAT(PullFault(), HasSubstr("TLS"));
  home_->Set("HF_ENDPOINT", "https://127.0.0.1:1");
  EXPECT_THAT(PullFault(), HasSubstr("no connection"));
  home_->Set("HF_ENDPOINT", "http://127.0.0.1:1");
  EXPECT_THAT(PullFault(), HasSubstr("https://"));
  EXPECT_THAT(FaultOf(home_->Options({"model", "pull", "VIT-B32"})), HasSubstr("did you mean \"ViT-B-32\"?"));
}

TEST_F(ModelPull, AFullDiskIsOneLine) {
  Serve();
  ProcessOptions options = home_->Options({"model", "pull", "test/tiny"});
  options.max_file_bytes = 4 << 20;  // the write itself fails
  EXPECT_THAT(FaultOf(options), AllOf(HasSubstr("write"), HasSubstr(kWeights)));

  fs::create_directories(home_->models());
  const MountedDisk disk(home_->models());
  if (!disk.mounted()) GTEST_SKIP() << "a small disk needs the right to mount";
  EXPECT_THAT(PullFault(), AllOf(HasSubstr("disk is too full"), HasSubstr("MiB are needed"))) << "said before the first byte is fetched";
}

TEST_F(ModelPull, AModelInHuggingFacesCacheIsUsedWhereItLies) {
  Serve();
  const std::string snapshot = StrCat("huggingface/hub/models--test--tiny/snapshots/", HubServer::kCommit);
  for (const auto& [name, content] : files_) home_->folder().Write(snapshot + "/" + name, content);
  home_->folder().Write("huggingface/hub/models--test--tiny/refs/main", HubServer::kCommit);
  const std::string folder = home_->folder() / snapshot;
  for (const char* offline : {"1", "0"}) {
    home_->Set("HF_HUB_OFFLINE", offline);
    const Finished pulled = home_->Run({"model", "pull", "test/tiny"});
    ASSERT_EQ(pulled.exit_code, 0) << pulled.errors;
    EXPECT_THAT(pulled.output, HasSubstr(folder));
  }
  EXPECT_FALSE(fs::exists(home_->model())) << "nothing is copied";
  EXPECT_EQ(json::parse(home_->Run({"embed", "--model", "test/tiny", "--text", "a dog"}).output)["model"], "tiny");
  EXPECT_THAT(home_->Run({"model", "list"}).output, HasSubstr(folder));
  const Finished removed = home_->Run({"model", "remove", "test/tiny"});
  EXPECT_EQ(removed.exit_code, 1);
  EXPECT_THAT(removed.errors, AllOf(HasSubstr("Hugging Face's cache"), HasSubstr(folder)));
  EXPECT_TRUE(fs::exists(folder + "/" + kWeights));
  EXPECT_TRUE(server_->tls().Requests().empty());
}

TEST_F(ModelPull, OfflineNothingIsAskedOfTheNet) {
  Serve();
  home_->Set("HF_HUB_OFFLINE", "1");
  EXPECT_THAT(PullFault(), HasSubstr("HF_HUB_OFFLINE"));
  EXPECT_TRUE(server_->tls().Requests().empty());
}

TEST_F(ModelPull, RemoveTakesAwayWhatPullBroughtAndNothingElse) {
  Serve();
  ASSERT_EQ(home_->Run({"model", "pull", "test/tiny"}).exit_code, 0);
  fs::copy(home_->model(), home_->model("mine"), fs::copy_options::recursive);
  fs::remove(home_->model("mine") + "/fovea.json");
  EXPECT_EQ(home_->Run({"model", "remove", "test/tiny"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(home_->models() + "/test")) << "nor an empty folder of the owner";
  EXPECT_THAT(home_->Run({"model", "remove", "test/tiny"}).errors, HasSubstr("no model \"test/tiny\""));
  for (const char* kept : {"mine", "fovea-tiny"}) {
    const Finished refused = home_->Run({"model", "remove", kept});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.errors, HasSubstr("was not fetched by")) << kept;
  }
  EXPECT_TRUE(fs::exists(home_->model("mine") + "/" + kWeights));
}

TEST_F(ModelPull, RemoveTakesAwayWhatAnUnfinishedPullLeft) {
  Serve([](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights)) answer = {.status = 404};
  });
  PullFault();
  const std::string rest = home_->models() + "/.pull/test--tiny/files";
  EXPECT_TRUE(fs::exists(rest + "/vocab.json"));
  EXPECT_EQ(home_->Run({"model", "remove", "test/tiny"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(rest));
}

TEST_F(ModelPull, ListNamesWhatCanBeHad) {
  Serve();
  const json list = json::parse(home_->Run({"model", "list", "--json"}).output);
  const auto known = std::find_if(list.begin(), list.end(), [](const json& model) { return model["name"] == "ViT-L-14"; });
  ASSERT_NE(known, list.end());
  EXPECT_EQ((*known)["here"], false);
  EXPECT_EQ((*known)["parameters"], 427'616'513);
  EXPECT_EQ((*known)["dim"], 768);
  for (const char* fact : {"memory_mib", "bytes", "languages", "licence", "quality", "image_size_px"}) EXPECT_TRUE(known->contains(fact)) << fact;
  EXPECT_THAT(home_->Run({"model", "list"}).output, AllOf(HasSubstr("ViT-B-32 "), HasSubstr("laion/CLIP-ViT-H-14"), HasSubstr("fovea model pull NAME")));
  EXPECT_TRUE(server_->tls().Requests().empty());
}

}  // namespace
}  // namespace fovea::test
