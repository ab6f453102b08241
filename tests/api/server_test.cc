#include "api/server.h"
// label: integration

#include <sys/resource.h>

#include <atomic>
#include <thread>

#include "api/base64.h"
#include "tests/api/api_world.h"
#include "tests/support/wait_until.h"

namespace fovea::api {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

// A search by picture, which the FakeEncoder can be told to hold up.
std::string PictureSearch() { return json{{"image", EncodeBase64(test::MakePicture({}))}}.dump(); }

test::HttpCall PictureSearchCall() { return {.method = "POST", .target = "/v1/search", .body = PictureSearch()}; }

std::string RawText(const test::HttpCall& call) {
  return call.method + " " + call.target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(call.body.size()) + "\r\n\r\n" + call.body;
}

TEST(Server, SaysWhereItListens) {
  ApiWorld world;
  EXPECT_NE(world.server().port(), 0);
  EXPECT_EQ(world.server().url(), "http://127.0.0.1:" + std::to_string(world.server().port()));
}

TEST(Server, SaysWhichPortIsTaken) {
  ApiWorld world;
  ServerOptions options;
  options.port = world.server().port();
  const auto second = Server::Bind(options, world.library(), world.metrics());
  EXPECT_THAT(second, test::StatusIs(StatusCode::kIo, HasSubstr("127.0.0.1:" + std::to_string(options.port))));
}

TEST(Server, RefusesWhatIsNoAddress) {
  ApiWorld world;
  for (const char* address : {"", "example.org", "127.0.0.256"}) {
    ServerOptions options;
    options.address = address;
    EXPECT_THAT(Server::Bind(options, world.library(), world.metrics()), test::StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST(Server, AnswersManyAtOnce) {
  ApiWorld world;
  world.WriteColour("red.jpg", kRed);
  world.WriteColour("green.jpg", kGreen);
  world.StartLibrary();
  world.IndexPictures();
  std::atomic<int> right = 0;
  std::vector<std::jthread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      HttpClient client(world.server().port());
      const bool red = i % 2 == 0;
      for (int n = 0; n < 25; ++n) {
        const HttpReply reply = client.Get(std::string("/v1/search?k=1&q=") + (red ? "red" : "green"));
        if (reply.status == 200 && Body(reply)["results"][0]["path"] == world.Pictures() + (red ? "/red.jpg" : "/green.jpg")) ++right;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(right, 200);
}

TEST(Server, TurnsAwayWhatItsQueueCannotHold) {
  ApiWorld world({.worker_threads = 1, .max_queued_requests = 1});
  world.StartLibrary();
  world.control().Hold();
  std::vector<std::unique_ptr<HttpClient>> clients;
  const uint64_t before = world.control().calls();
  // The first occupies the worker, the second waits, the third is one too many.
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<HttpClient>(world.server().port()));
    ASSERT_TRUE(clients.back()->SendRaw(RawText(PictureSearchCall())));
    ASSERT_TRUE(test::WaitUntil([&] { return world.control().calls() > before; }));
  }
  HttpReply refused;
  ASSERT_TRUE(test::WaitUntil([&] {
    refused = HttpClient(world.server().port(), std::chrono::milliseconds(200)).Get("/v1/roots");
    return refused.status == 429;
  }));
  EXPECT_THAT(refused, IsProblem(429, "too_many_requests", ""));
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  EXPECT_EQ(world.client().Get("/healthz").status, 200) << "the I/O thread answers by itself";
  world.control().LetGo();
  for (const auto& client : clients) EXPECT_EQ(client->ReadReply().status, 200);
}

// Room for both ends of many connections.
bool CanOpen(rlim_t files) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, files));
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= files;
}

TEST(Server, IsNotStoppedByAThousandSilentConnections) {
  if (!CanOpen(2500)) GTEST_SKIP() << "this machine allows too few open files";
  ApiWorld world;
  std::vector<std::unique_ptr<HttpClient>> silent;
  for (int i = 0; i < 1000; ++i) silent.push_back(std::make_unique<HttpClient>(world.server().port()));
  EXPECT_EQ(world.client().Get("/v1/roots").status, 200);
  const auto start = steady_clock::now();
  world.server().Stop();
  EXPECT_LT(steady_clock::now() - start, seconds(5));
}

TEST(Server, ClosesTheLongestSilentConnectionForANewOne) {
  ApiWorld world({.max_connections = 3});
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<HttpClient>(world.server().port()));
    EXPECT_EQ(clients.back()->Get("/healthz").status, 200);
  }
  EXPECT_TRUE(clients[0]->ReadsEnd());
  for (int i = 1; i < 4; ++i) EXPECT_EQ(clients[static_cast<size_t>(i)]->Get("/healthz").status, 200) << i;
}

TEST(Server, TurnsAwayConnectionsWhileAllAreBusy) {
  ApiWorld world({.max_connections = 1});
  world.StartLibrary();
  world.control().Hold();
  const uint64_t before = world.control().calls();
  HttpClient busy(world.server().port());
  ASSERT_TRUE(busy.SendRaw(RawText(PictureSearchCall())));
  ASSERT_TRUE(test::WaitUntil([&] { return world.control().calls() > before; }));
  HttpClient second(world.server().port());
  EXPECT_THAT(second.ReadReply(), IsProblem(503, "too_many_connections", ""));
  EXPECT_TRUE(second.ReadsEnd());
  world.control().LetGo();
  EXPECT_EQ(busy.ReadReply().status, 200);
}

TEST(Server, AnswersWhatIsInFlightAndRefusesTheRestWhenItStops) {
  ApiWorld world;
  world.StartLibrary();
  world.control().Hold();
  const uint64_t before = world.control().calls();
  HttpClient asked(world.server().port());
  ASSERT_TRUE(asked.SendRaw(RawText(PictureSearchCall())));
  ASSERT_TRUE(test::WaitUntil([&] { return world.control().calls() > before; }));
  HttpClient silent(world.server().port());
  EXPECT_EQ(silent.Get("/healthz").status, 200);

  world.server().RefuseConnections();
  world.server().RefuseConnections();
  EXPECT_TRUE(silent.ReadsEnd());
  EXPECT_TRUE(test::WaitUntil([&] { return HttpClient(world.server().port()).Get("/healthz").status == 0; }));
  ASSERT_TRUE(asked.SendRaw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  world.control().LetGo();
  const HttpReply answer = asked.ReadReply();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Connection"), "close");
  EXPECT_TRUE(asked.ReadsEnd());
}

TEST(Server, StopsInTimeWithConnectionsInEveryState) {
  ApiWorld world;
  world.StartLibrary();
  HttpClient silent(world.server().port());
  HttpClient reading(world.server().port());
  ASSERT_TRUE(reading.SendRaw("POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"));
  EXPECT_EQ(world.client().Get("/healthz").status, 200);
  const auto start = steady_clock::now();
  world.server().Stop();
  world.server().Stop();
  EXPECT_LT(steady_clock::now() - start, seconds(8));
  EXPECT_TRUE(silent.ReadsEnd());
  EXPECT_TRUE(reading.ReadsEnd());
}

}  // namespace
}  // namespace fovea::api
