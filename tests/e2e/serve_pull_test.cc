// A daemon whose model is not there: it says how to get it, or gets it by itself while its port is open.
// label: process
#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <filesystem>

#include "base/log.h"
#include "tests/support/image_factory.h"
#include "tests/support/model_home.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kWeights = "open_clip_model.safetensors";
constexpr size_t kSome = 5'000'000;

class ServePull : public testing::Test {
 protected:
  void Serve(std::function<void(const TlsRequest&, TlsAnswer&)> change = {}) {
    server_ = std::make_unique<HubServer>(authority_, HubServer::Options{.files = FilesOfFoveaTiny(), .change = std::move(change)});
    home_ = std::make_unique<ModelHome>(authority_, *server_);
    home_->Set("HF_HUB_DOWNLOAD_TIMEOUT", "100");
  }
  DaemonProcess::Options Options(std::vector<std::string> more = {"--pull"}) const {
    more.insert(more.end(), {"--model", "test/tiny"});
    return {.data = home_->folder() / "data", .roots = {}, .more = std::move(more), .process = home_->Options({})};
  }

  const TestAuthority authority_;
  std::unique_ptr<HubServer> server_;
  std::unique_ptr<ModelHome> home_;
};

TEST_F(ServePull, WithoutItTheStartEndsWithTheCommandThatGetsTheModel) {
  Serve();
  const Finished finished = home_->Run({"serve", "--listen", "127.0.0.1:0", "--data", home_->folder() / "data", "--log-level", "off", "--model", "test/tiny"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.errors, AllOf(testing::StartsWith("fovea: no model \"test/tiny\""), HasSubstr("`fovea model pull test/tiny` gets it")));
  const Finished openai = home_->Run({"serve", "--listen", "127.0.0.1:0", "--data", home_->folder() / "data", "--log-level", "off", "--model", "ViT-B/32"});
  EXPECT_THAT(openai.errors, HasSubstr("`fovea model pull ViT-B/32` gets it"));
  EXPECT_TRUE(server_->tls().Requests().empty());
}

TEST_F(ServePull, TellsItsProgressAndThenServes) {
  Serve([](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights)) answer.hold_after = kSome;
  });
  home_->folder().Write("root/a.jpg", MakePicture({.seed = 1}));
  DaemonProcess::Options options = Options();
  options.roots = {home_->folder() / "root"};
  DaemonProcess daemon(options);
  Reply ready;
  const auto halfway = [&] {
    ready = daemon.Get("/readyz");
    return ready.json.contains("fetching") && ready.json["fetching"]["done_bytes"] >= kSome;
  };
  ASSERT_TRUE(daemon.WaitFor(halfway)) << ready.body;
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.json["state"], "loading");
  EXPECT_EQ(ready.json["fetching"]["model"], "test/tiny");
  EXPECT_EQ(ready.json["fetching"]["file"], kWeights);
  EXPECT_GT(ready.json["fetching"]["total_bytes"], 2 * kSome);
  EXPECT_EQ(daemon.Get("/v1/status").json["fetching"]["model"], "test/tiny");
  EXPECT_EQ(daemon.Get("/healthz").status, 200);

  server_->tls().Release();
  ASSERT_TRUE(daemon.WaitUntilReady());
  ASSERT_TRUE(daemon.WaitForPhotos(1));
  EXPECT_EQ(daemon.Get("/v1/status").json["fetching"], nullptr);
  EXPECT_EQ(daemon.Get("/v1/status").json["model"]["name"], "tiny");
  EXPECT_EQ(daemon.Get("/v1/search?q=a%20dog").status, 200);

  const Finished removed = home_->Run({"model", "remove", "test/tiny"});
  EXPECT_EQ(removed.exit_code, 1);
  EXPECT_THAT(removed.errors, HasSubstr("in use: stop the daemon"));
  EXPECT_EQ(daemon.Stop(), 0);
  EXPECT_EQ(home_->Run({"model", "remove", "test/tiny"}).exit_code, 0);
}

TEST_F(ServePull, AModelThatIsThereIsNotAskedFor) {
  Serve();
  ASSERT_EQ(home_->Run({"model", "pull", "test/tiny"}).exit_code, 0);
  const size_t requests = server_->tls().Requests().size();
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitUntilReady());
  EXPECT_EQ(server_->tls().Requests().size(), requests);
}

TEST_F(ServePull, AFailureEndsTheDaemonWithOneLine) {
  Serve([](const TlsRequest&, TlsAnswer& answer) { answer = {.status = 403}; });
  ProcessOptions options = home_->Options({"serve", "--listen", "127.0.0.1:0", "--data", home_->folder() / "data", "--log-level", "off", "--pull", "--model", "test/tiny"});
  const Finished finished = RunFovea(options);
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.errors, AllOf(testing::StartsWith("fovea: pull test/tiny: "), HasSubstr("access must be granted")));
  EXPECT_FALSE(fs::exists(home_->model()));
}

TEST_F(ServePull, AskedToStopItEndsInOrderAndGoesOnLater) {
  std::atomic<int> answers = 0;
  Serve([&](const TlsRequest& request, TlsAnswer& answer) {
    if (request.target.ends_with(kWeights) && ++answers == 1) answer.hold_after = kSome;
  });
  {
    DaemonProcess daemon(Options());
    ASSERT_TRUE(daemon.WaitFor([&] { return daemon.Get("/readyz").json.value("fetching", nlohmann::json::object()).value("done_bytes", size_t{0}) >= kSome; }));
    daemon.process().Signal(SIGTERM);
    EXPECT_EQ(daemon.process().WaitForExit(std::chrono::seconds(10)), 0) << daemon.process().Errors();
  }
  DaemonProcess daemon(Options());
  ASSERT_TRUE(daemon.WaitUntilReady());
  EXPECT_THAT(server_->LastOf(kWeights).Field("Range"), testing::MatchesRegex("bytes=[1-9][0-9]+-"));
}

}  // namespace
}  // namespace fovea::test
