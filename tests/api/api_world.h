#pragma once
// ApiWorld is a server on a free port with all that is behind it: a real library on a real store, and a FakeEncoder.
//
// Owns:    all of it, and a folder for pictures.
// Threads: as the parts; the object itself belongs to the test.
// Errors:  ends the test program if a part cannot be made.
// Units:   none.
#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/server.h"
#include "encoder/decoder.h"
#include "indexer/library.h"
#include "storage/catalog.h"
#include "tests/support/fake_encoder.h"
#include "tests/support/http_client.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::api {

using test::HttpClient;
using test::HttpReply;
using nlohmann::json;

class ApiWorld {
 public:
  explicit ApiWorld(ServerOptions options = {}, indexer::LibraryOptions library_options = {}) {
    static const Status decoder = encoder::InitDecoder(1);
    EXPECT_THAT(decoder, test::IsOk());
    auto opened = storage::Catalog::Open({.folder = dir_ / "store"});
    EXPECT_THAT(opened, test::IsOk());
    catalog_ = std::move(opened).value();
    library_options.settle_ms = 20;
    library_ = std::make_unique<indexer::Library>(*catalog_, clock_, metrics_, library_options);
    options.port = 0;
    options.version = "1.2.3";
    auto server = Server::Bind(options, *library_, metrics_);
    EXPECT_THAT(server, test::IsOk());
    server_ = std::move(server).value();
  }
  ~ApiWorld() {
    control_.LetGo();
    server_->RefuseConnections();
    library_->Stop();
    server_->Stop();
  }
  ApiWorld(const ApiWorld&) = delete;
  ApiWorld& operator=(const ApiWorld&) = delete;

  void StartLibrary() { ASSERT_THAT(library_->Start(std::make_unique<test::FakeEncoder>(control_)), test::IsOk()); }
  // Watches the folder of pictures and waits until all in it is indexed.
  void IndexPictures() {
    ASSERT_THAT(library_->AddRoot(Pictures()), test::IsOk());
    ASSERT_TRUE(Idle());
  }
  bool Idle() const { return library_->WaitUntilIdle(std::chrono::steady_clock::now() + std::chrono::seconds(20)); }
  std::string Pictures() const { return dir_ / "pictures"; }
  std::string WritePicture(const std::string& name, const test::PictureSpec& spec) const {
    return dir_.Write("pictures/" + name, test::MakePicture(spec));
  }
  std::string WriteColour(const std::string& name, std::array<uint8_t, 3> colour) const { return WritePicture(name, {.colour = colour}); }
  // The id of the photo that lies at `path`.
  uint64_t IdOf(const std::string& path) {
    const json answer = json::parse(client().Get("/v1/photos?limit=1000").body);
    for (const json& photo : answer["photos"]) {
      if (photo["path"] == path) return photo["id"];
    }
    ADD_FAILURE() << "no photo at " << path << " in " << answer.dump();
    return 0;
  }

  // A connection that is kept for the whole test.
  HttpClient& client() {
    if (!client_) client_ = std::make_unique<HttpClient>(server_->port());
    return *client_;
  }
  const test::TempDir& dir() const { return dir_; }
  indexer::Library& library() { return *library_; }
  Server& server() { return *server_; }
  Metrics& metrics() { return metrics_; }
  test::FakeEncoderControl& control() { return control_; }

 private:
  const test::TempDir dir_;
  const SystemClock clock_;
  Metrics metrics_;
  test::FakeEncoderControl control_;
  std::unique_ptr<storage::Catalog> catalog_;
  std::unique_ptr<indexer::Library> library_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<HttpClient> client_;
};

constexpr std::array<uint8_t, 3> kRed = {255, 0, 0};
constexpr std::array<uint8_t, 3> kGreen = {0, 255, 0};
constexpr std::array<uint8_t, 3> kBlue = {0, 0, 255};

inline json Body(const HttpReply& reply) { return json::parse(reply.body, nullptr, false); }

// A problem document of that status and code; `pointer` empty: none.
MATCHER_P3(IsProblem, status, code, pointer, "") {
  *result_listener << arg.status << " " << arg.body;
  const json body = Body(arg);
  if (arg.status != status || arg.Header("Content-Type") != "application/problem+json" || body.is_discarded()) return false;
  return body["status"] == status && body["code"] == code && body.value("pointer", "") == pointer && body["title"].is_string() &&
         body["detail"].is_string() && body["type"] == "urn:fovea:problem:" + std::string(code);
}

}  // namespace fovea::api
