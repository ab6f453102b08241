// Pulling a model from a real HTTPS server, in this process: what is asked for, what is kept, what is refused.
// label: integration
#include "daemon/pull/model_pull.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>

#include "base/log.h"
#include "base/unique_fd.h"
#include "tests/support/hub_server.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using test::HubServer;
using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;
using test::TlsAnswer;
using test::TlsRequest;

constexpr size_t kWeightsBytes = 3'000'000;
constexpr const char* kWeights = "open_clip_model.safetensors";

std::map<std::string, std::string> SmallModel() {
  std::string weights(kWeightsBytes, '\0');
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<char>(i * 2654435761U >> 13);
  return {{"open_clip_config.json", "{}"}, {"vocab.json", "{}"}, {"merges.txt", "a b\n"}, {kWeights, weights}, {"README.md", "#"}, {"pytorch_model.bin", "unsafe"}};
}

class ModelPull : public testing::Test {
 protected:
  // Pulls test/tiny from the server; the check is that all of its files are there.
  Result<std::string> Pull(HubServer& server, const std::string& model = "test/tiny", const std::string& token = "") {
    PullRequest request{.source = *ParseModelSource(model), .models = models_, .settings = {}, .check = {}};
    request.settings = {.hub = server.hub_url(), .openai = server.openai_url(), .hub_cache = home_ / "hub", .token = token, .ca_file = authority_.ca_file(), .timeout_s = 2};
    return Pull(request);
  }
  Result<std::string> Pull(PullRequest request) {
    request.check = [](const std::string& folder) { return fs::exists(folder + "/fovea.json") ? Status() : NotFound(folder); };
    return PullModel(request, {.progress = [this](const PullFigures& figures) { figures_ = figures; }, .note = [this](const std::string& note) { notes_.push_back(note); }}, {});
  }
  std::string Weights() const { return ReadFile(models_ + "/test/tiny/" + kWeights, 1 << 30).value_or("not there"); }
  bool NameIsThere() const { return fs::exists(models_ + "/test/tiny"); }

  const test::TestAuthority authority_;
  const test::TempDir home_;
  const std::string models_ = home_ / "models";
  const std::map<std::string, std::string> files_ = SmallModel();
  std::vector<std::string> notes_;
  PullFigures figures_;
};

TEST_F(ModelPull, FetchesWhatAModelNeedsAndNothingElse) {
  HubServer server(authority_, {.files = files_});
  ASSERT_THAT(Pull(server), IsOkAndHolds(models_ + "/test/tiny"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(models_ + "/test/tiny")) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names, testing::UnorderedElementsAre("open_clip_config.json", "vocab.json", "merges.txt", kWeights, "fovea.json"));
  EXPECT_EQ(Weights(), files_.at(kWeights));
  EXPECT_EQ(server.CountOf("pytorch_model.bin"), 0u);
  EXPECT_EQ(figures_.done_bytes, figures_.total_bytes);
  EXPECT_THAT(notes_, IsEmpty());
  const size_t requests = server.tls().Requests().size();
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_EQ(server.tls().Requests().size(), requests) << "what is there is not asked for again";
}

TEST_F(ModelPull, GoesOnWhereItWasCut) {
  std::atomic<int> cuts = 0;
  const auto cut_twice = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights) && ++cuts <= 2) answer.cut_after = 1'000'000;
  };
  HubServer server(authority_, {.files = files_, .change = cut_twice});
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_EQ(Weights(), files_.at(kWeights));
  EXPECT_EQ(server.CountOf(kWeights), 3u);
  EXPECT_THAT(server.LastOf(kWeights).Field("Range"), testing::MatchesRegex("bytes=[1-9][0-9]+-"));
  EXPECT_NE(server.LastOf(kWeights).Field("If-Range"), "");
  EXPECT_EQ(notes_.size(), 2u);
  EXPECT_EQ(figures_.done_bytes, figures_.total_bytes) << "what came twice counts once";
}

TEST_F(ModelPull, BeginsAnewWhenTheServerHasAnotherContentByNow) {
  std::atomic<int> answers = 0;
  const auto other_tag_first = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (!request.target.ends_with(kWeights) || ++answers > 1) return;
    answer.body = std::string(kWeightsBytes, 'o');
    answer.fields[0].second = "\"old\"";
    answer.cut_after = 2'000'000;
  };
  HubServer server(authority_, {.files = files_, .change = other_tag_first});
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_EQ(server.LastOf(kWeights).Field("If-Range"), "\"old\"");
  EXPECT_EQ(Weights(), files_.at(kWeights));
}

TEST_F(ModelPull, WithoutAStrongTagNothingIsGluedTogether) {
  std::atomic<int> answers = 0;
  const auto weak = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (!request.target.ends_with(kWeights)) return;
    answer.fields[0].second = "W/\"weak\"";
    if (++answers == 1) answer.cut_after = 1'000'000;
  };
  HubServer server(authority_, {.files = files_, .change = weak});
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_EQ(server.LastOf(kWeights).Field("Range"), "");
  EXPECT_EQ(Weights(), files_.at(kWeights));
}

TEST_F(ModelPull, AServerThatSendsAnotherPartThanAskedForIsRefused) {
  std::atomic<int> answers = 0;
  const auto shifted = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (!request.target.ends_with(kWeights)) return;
    if (++answers == 1) answer.cut_after = 1'000'000;
    if (answer.status == 206) answer.fields.back().second = StrCat("bytes 7-", kWeightsBytes - 1, "/", kWeightsBytes);
  };
  HubServer server(authority_, {.files = files_, .change = shifted});
  EXPECT_THAT(Pull(server), StatusIs(StatusCode::kCorrupt, HasSubstr("another part")));
  EXPECT_FALSE(NameIsThere());
}

TEST_F(ModelPull, WrongBytesLeaveNoNameAndAreThrownAway) {
  std::atomic<bool> lie = true;
  const auto change = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (lie && request.target.ends_with(kWeights)) answer.body[12345] ^= 1;
  };
  HubServer server(authority_, {.files = files_, .change = change});
  EXPECT_THAT(Pull(server), StatusIs(StatusCode::kCorrupt, AllOf(HasSubstr("wrong SHA-256"), HasSubstr(kWeights))));
  EXPECT_FALSE(NameIsThere());
  lie = false;
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_EQ(Weights(), files_.at(kWeights));
  EXPECT_EQ(server.CountOf("vocab.json"), 1u) << "what was right is kept";
}

TEST_F(ModelPull, ASmallFileHasAHashToo) {
  const auto change = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with("merges.txt")) answer.body = "b a\n";
  };
  HubServer server(authority_, {.files = files_, .change = change});
  EXPECT_THAT(Pull(server), StatusIs(StatusCode::kCorrupt, AllOf(HasSubstr("wrong git hash"), HasSubstr("merges.txt"))));
  EXPECT_EQ(server.CountOf(kWeights), 0u) << "small files first: no gigabyte for nothing";
}

TEST_F(ModelPull, LiesAboutTheLengthAreFoundOut) {
  for (const int64_t lie : {-1000, 1000}) {
    const auto change = [&](const TlsRequest& request, TlsAnswer& answer) {
      if (!request.target.ends_with(kWeights)) return;
      answer.body = std::string(kWeightsBytes + static_cast<size_t>(lie), 'x');
    };
    HubServer server(authority_, {.files = files_, .change = change});
    EXPECT_THAT(Pull(server), StatusIs(StatusCode::kCorrupt, HasSubstr("wrong size")));
  }
  const auto short_body = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights)) answer.cut_after = 0;
  };
  HubServer server(authority_, {.files = files_, .change = short_body});
  EXPECT_THAT(Pull(server), StatusIs(StatusCode::kBusy)) << "announced, but never sent";
  EXPECT_EQ(server.CountOf(kWeights), 4u);
  EXPECT_FALSE(NameIsThere());
}

TEST_F(ModelPull, AListingWithoutHashesOrWithNonsenseIsRefused) {
  const std::vector<std::function<void(nlohmann::json&)>> changes = {
      [](nlohmann::json& listing) { listing["siblings"][0].erase("blobId"); },
      [](nlohmann::json& listing) { listing["siblings"][0]["size"] = -1; },
      [](nlohmann::json& listing) { listing["siblings"][0]["size"] = "many"; },
      [](nlohmann::json& listing) { listing["siblings"][0]["size"] = uint64_t{1} << 60; },
      [](nlohmann::json& listing) { listing.erase("sha"); },
      [](nlohmann::json& listing) { listing["siblings"] = 7; },
      [](nlohmann::json& listing) { listing = nlohmann::json::array(); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    HubServer server(authority_, {.files = files_, .change_listing = changes[i]});
    EXPECT_THAT(Pull(server), StatusIs(StatusCode::kCorrupt)) << i;
  }
  EXPECT_FALSE(NameIsThere());
}

TEST_F(ModelPull, NamesThatLeadOutOfTheFolderAreLeftOut) {
  const auto change = [](nlohmann::json& listing) {
    for (const char* name : {"../evil", "/etc/evil", "sub/evil", ".hidden"}) listing["siblings"].push_back({{"rfilename", name}});
  };
  HubServer server(authority_, {.files = files_, .change_listing = change});
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_EQ(server.CountOf("evil"), 0u);
}

TEST_F(ModelPull, ATokenGoesToTheHubButNotWhereItRedirectsTo) {
  std::string elsewhere;
  const auto redirect = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.starts_with("/hub/") && request.target.ends_with(kWeights)) answer = {.status = 302, .fields = {{"Location", elsewhere + "/cdn/" + kWeights + "?signature=1"}}};
  };
  HubServer server(authority_, {.files = files_, .change = redirect});
  elsewhere = server.tls().url("localhost");
  ASSERT_THAT(Pull(server, "test/tiny", "hf_secret"), IsOk());
  EXPECT_EQ(server.LastOf("vocab.json").Field("Authorization"), "Bearer hf_secret");
  EXPECT_THAT(server.LastOf(kWeights).target, testing::StartsWith("/cdn/"));
  EXPECT_EQ(server.LastOf(kWeights).Field("Authorization"), "");
}

TEST_F(ModelPull, ARepositoryWithoutAModelIsRefusedBeforeAnythingIsFetched) {
  HubServer server(authority_, {.files = {{"README.md", "#"}, {"config.json", "{}"}}});
  EXPECT_THAT(Pull(server), StatusIs(StatusCode::kUnsupported, AllOf(HasSubstr("test/tiny"), HasSubstr("model.safetensors"))));
  EXPECT_EQ(server.CountOf("config.json"), 0u);
}

TEST_F(ModelPull, FetchesAllShardsOfAPickleWithTheirIndex) {
  const std::string index = "pytorch_model.bin.index.json";
  HubServer server(authority_, {.files = {{"config.json", "{}"}, {"preprocessor_config.json", "{}"}, {"tokenizer.json", "{}"}, {index, "{}"},
                                          {"pytorch_model-00001-of-00002.bin", "first"}, {"pytorch_model-00002-of-00002.bin", "second"}}});
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_THAT(ReadFile(models_ + "/test/tiny/pytorch_model-00002-of-00002.bin", 100), IsOkAndHolds("second"));
  EXPECT_TRUE(fs::exists(models_ + "/test/tiny/" + index));
}

TEST_F(ModelPull, WaitsAsLongAsABusyServerAsks) {
  std::atomic<int> listings = 0, weights = 0;
  const auto busy_first = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with("?blobs=true") && ++listings == 1) answer = {.status = 429, .fields = {{"Retry-After", "1"}}};
    if (request.target.ends_with(kWeights) && ++weights == 1) answer = {.status = 503, .fields = {{"Retry-After", "2"}}};
    if (request.target.ends_with(kWeights) && weights == 2) answer = {.status = 503, .fields = {{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}};
  };
  HubServer server(authority_, {.files = files_, .change = busy_first});
  const auto start = std::chrono::steady_clock::now();
  ASSERT_THAT(Pull(server), IsOk());
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1000 + 2000 + 1000)) << "the third asks for nothing, and waits its turn";
  EXPECT_THAT(notes_, testing::ElementsAre(AllOf(HasSubstr("429"), HasSubstr("trying again in 1 s, as it asks")), HasSubstr("trying again in 2 s, as it asks"),
                                           HasSubstr("trying again in 1 s")));
  EXPECT_EQ(Weights(), files_.at(kWeights));
}

TEST_F(ModelPull, DoesNotWaitForeverBecauseAServerAsks) {
  const auto tomorrow = [](const TlsRequest&, TlsAnswer& answer) { answer = {.status = 429, .fields = {{"Retry-After", "86400"}}}; };
  HubServer server(authority_, {.files = files_, .change = tomorrow});
  EXPECT_THAT(Pull(server), StatusIs(StatusCode::kBusy, AllOf(HasSubstr("429"), HasSubstr("come back in 24 h 00 min"))));
  EXPECT_EQ(server.tls().Requests().size(), 1u);
}

TEST_F(ModelPull, WhatFoveaCannotUseGetsNoName) {
  HubServer server(authority_, {.files = files_});
  PullRequest request{.source = *ParseModelSource("test/tiny"), .models = models_, .settings = {}, .check = {}};
  request.settings = {.hub = server.hub_url(), .openai = "", .hub_cache = "", .token = "", .ca_file = authority_.ca_file(), .timeout_s = 2};
  request.check = [](const std::string&) { return Unsupported("a tower of another kind"); };
  EXPECT_THAT(PullModel(request, {[](const PullFigures&) {}, [](const std::string&) {}}, {}), StatusIs(StatusCode::kUnsupported, HasSubstr("another kind")));
  EXPECT_FALSE(NameIsThere());
}

// OpenAI's files have no listing: the hash is the known one, the size what the server says.
class OpenAiPull : public ModelPull {
 protected:
  Result<std::string> PullOpenAi(HubServer& server) {
    PullRequest request{.source = {.name = "RN50", .known = &model_}, .models = models_, .settings = {}, .check = {}};
    request.settings = {.hub = "", .openai = server.openai_url(), .hub_cache = "", .token = "hf_secret", .ca_file = authority_.ca_file(), .timeout_s = 2};
    return Pull(request);
  }
  HubServer::Options Options() const {
    return {.openai = {{StrCat("models/", digits_, "/RN50.pt"), files_.at(kWeights)}}};
  }

  const std::string digits_ = test::DigestOf(files_.at(kWeights), "sha256");
  const KnownModel model_ = {.name = "RN50", .sha256 = digits_, .licence = "MIT", .quality = ""};
};

TEST_F(OpenAiPull, BringsTheFile) {
  HubServer server(authority_, Options());
  ASSERT_THAT(PullOpenAi(server), IsOkAndHolds(models_ + "/RN50"));
  EXPECT_THAT(ReadFile(models_ + "/RN50/RN50.pt", 1 << 30), IsOkAndHolds(files_.at(kWeights)));
  EXPECT_EQ(figures_.done_bytes, figures_.total_bytes);
  EXPECT_EQ(figures_.total_bytes, kWeightsBytes);
  for (const TlsRequest& request : server.tls().Requests()) EXPECT_EQ(request.Field("Authorization"), "") << "another house's token";
}

TEST_F(OpenAiPull, GoesOnWhereItWasCutAlthoughNobodyToldTheSize) {
  HubServer::Options options = Options();
  std::atomic<int> answers = 0;
  options.change = [&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(".pt") && ++answers == 1) answer.cut_after = 1'000'000;
  };
  HubServer server(authority_, options);
  ASSERT_THAT(PullOpenAi(server), IsOk());
  EXPECT_THAT(server.LastOf(".pt").Field("Range"), testing::MatchesRegex("bytes=[1-9][0-9]+-"));
  EXPECT_THAT(ReadFile(models_ + "/RN50/RN50.pt", 1 << 30), IsOkAndHolds(files_.at(kWeights)));
}

TEST_F(OpenAiPull, AWholeFileThatWasNotYetCheckedIsNotFetchedAgain) {
  HubServer server(authority_, Options());
  const std::string partial = PullFolder(models_, "RN50") + "/files/RN50.pt.partial";
  fs::create_directories(fs::path(partial).parent_path());
  ASSERT_THAT(WriteFileAtomically(partial, files_.at(kWeights)), IsOk());
  ASSERT_THAT(WriteFileAtomically(PullFolder(models_, "RN50") + "/files/RN50.pt.etag", StrCat('"', digits_, '"')), IsOk());
  ASSERT_THAT(PullOpenAi(server), IsOk());
  EXPECT_EQ(server.CountOf(".pt"), 1u) << "asked whether there is more: there is not";
}

TEST_F(OpenAiPull, AWrongFileIsRefused) {
  HubServer::Options options = Options();
  options.openai.begin()->second[0] ^= 1;
  HubServer server(authority_, options);
  EXPECT_THAT(PullOpenAi(server), StatusIs(StatusCode::kCorrupt, AllOf(HasSubstr("wrong SHA-256"), HasSubstr("RN50.pt"))));
  EXPECT_FALSE(fs::exists(models_ + "/RN50"));
}

}  // namespace
}  // namespace fovea::daemon
