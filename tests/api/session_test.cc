#include "tests/api/api_world.h"
// label: integration
//
// One connection: order, keep-alive, limits, deadlines, and bytes that are no HTTP.

#include <fstream>

#include "tests/support/wait_until.h"

namespace fovea::api {
namespace {

constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(Session, AnswersPipelinedRequestsInOrder) {
  ApiWorld world;
  HttpClient client(world.server().port());
  ASSERT_TRUE(client.SendRaw("GET /v1/roots HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             "POST /v1/roots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                             "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_TRUE(Body(client.ReadReply()).contains("roots"));
  EXPECT_THAT(client.ReadReply(), IsProblem(400, "missing_field", "/path"));
  EXPECT_EQ(Body(client.ReadReply())["state"], "alive");
  EXPECT_THAT(client.ReadReply(), IsProblem(404, "no_such_route", ""));
}

TEST(Session, StaysOpenAsTheClientWants) {
  ApiWorld world;
  HttpClient kept(world.server().port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(kept.Get("/healthz").status, 200);
  HttpClient closed(world.server().port());
  const HttpReply last = closed.Send({.target = "/healthz", .headers = {{"Connection", "close"}}});
  EXPECT_EQ(last.Header("Connection"), "close");
  EXPECT_TRUE(closed.ReadsEnd());
  HttpClient old(world.server().port());
  ASSERT_TRUE(old.SendRaw("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n"));
  EXPECT_EQ(old.ReadReply().status, 200);
  EXPECT_TRUE(old.ReadsEnd());
}

TEST(Session, TakesBodiesInChunksAndAfterAsking) {
  ApiWorld world;
  HttpClient client(world.server().port());
  ASSERT_TRUE(client.SendRaw("POST /v1/roots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "6\r\n{\"path\r\n7\r\n\":\"a\"}\n\r\n0\r\n\r\n"));
  EXPECT_THAT(client.ReadReply(), IsProblem(400, "invalid_argument", "/path"));
  ASSERT_TRUE(client.SendRaw("POST /v1/roots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                             "Expect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.ReadReply().status, 100);
  ASSERT_TRUE(client.SendRaw("{}"));
  EXPECT_THAT(client.ReadReply(), IsProblem(400, "missing_field", "/path"));
}

TEST(Session, EndsSlowRequestsWithoutMakingOthersWait) {
  ApiWorld world({.read_timeout_s = 1});
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (const char* begin : {"G", "GET /healthz HTTP/1.1\r\nHost: loc", "POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"}) {
    slow.push_back(std::make_unique<HttpClient>(world.server().port()));
    ASSERT_TRUE(slow.back()->SendRaw(begin));
  }
  EXPECT_EQ(world.client().Get("/healthz").status, 200);
  for (const auto& client : slow) {
    EXPECT_THAT(client->ReadReply(), IsProblem(408, "request_timeout", ""));
    EXPECT_TRUE(client->ReadsEnd());
  }
}

TEST(Session, EndsWhenNothingMoreIsAsked) {
  ApiWorld world({.idle_timeout_s = 1});
  HttpClient silent(world.server().port());
  EXPECT_EQ(world.client().Get("/healthz").status, 200);
  EXPECT_TRUE(silent.ReadsEnd());
  EXPECT_TRUE(world.client().ReadsEnd());
}

TEST(Session, CutsOffAClientThatDoesNotReadItsAnswer) {
  ApiWorld world({.write_timeout_s = 1});
  const std::string big(40'000'000, 'x');
  world.WritePicture("a.jpg", {});
  const std::string path = world.Pictures() + "/a.jpg";
  world.StartLibrary();
  world.IndexPictures();
  std::ofstream(path, std::ios::app | std::ios::binary) << big;  // more than the sockets' buffers hold
  HttpClient lazy(world.server().port());
  ASSERT_TRUE(lazy.SendRaw("GET /v1/photos/1/file HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_TRUE(test::WaitUntil([&] { return world.metrics().GetGauge("fovea_http_connections", "").value() == 0; }));
}

TEST(Session, BoundsHeaders) {
  ApiWorld world;
  for (const std::string& request : {"GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                                     "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"}) {
    HttpClient client(world.server().port());
    client.SendRaw(request);
    EXPECT_THAT(client.ReadReply(), IsProblem(431, "header_too_large", ""));
    EXPECT_TRUE(client.ReadsEnd());
  }
}

TEST(Session, BoundsBodiesBeforeAndWhileTheyArrive) {
  ApiWorld world({.max_body_bytes = 100'000});
  const std::pair<const char*, size_t> cases[] = {{"/v1/search", 200'000}, {"/v1/roots", 70'000}, {"/v1/embeddings", 3'000'000}};
  for (const auto& [target, bytes] : cases) {
    HttpClient client(world.server().port());
    EXPECT_THAT(client.Post(target, std::string(bytes, ' ')), IsProblem(413, "body_too_large", "")) << target;
    EXPECT_TRUE(client.ReadsEnd());
  }
  HttpClient chunked(world.server().port());
  ASSERT_TRUE(chunked.SendRaw("POST /v1/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 13; ++i) chunked.SendRaw("2710\r\n" + std::string(10'000, ' ') + "\r\n");
  EXPECT_THAT(chunked.ReadReply(), IsProblem(413, "body_too_large", ""));
}

TEST(Session, RefusesBytesThatAreNoHttp) {
  ApiWorld world;
  for (const char* bytes : {"\r\n\r\nhello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01",
                            "GET / HTTP/1.1\r\nno colon\r\n\r\n", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    HttpClient client(world.server().port());
    ASSERT_TRUE(client.SendRaw(bytes));
    EXPECT_THAT(client.ReadReply(), IsProblem(400, "invalid_request", "")) << bytes;
    EXPECT_TRUE(client.ReadsEnd());
  }
  HttpClient nameless(world.server().port());
  ASSERT_TRUE(nameless.SendRaw("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_THAT(nameless.ReadReply(), IsProblem(400, "invalid_request", ""));
}

TEST(Session, OutlivesClientsThatLeaveAtEveryByte) {
  ApiWorld world;
  const std::string request = "POST /v1/roots HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  for (size_t length = 0; length <= request.size(); ++length) {
    HttpClient client(world.server().port());
    ASSERT_TRUE(client.SendRaw(request.substr(0, length)));
  }
  EXPECT_EQ(world.client().Get("/healthz").status, 200);
  EXPECT_TRUE(test::WaitUntil([&] { return world.metrics().GetGauge("fovea_http_connections", "").value() == 1; }));
}

TEST(Session, EndsAfterARefusalWhoseBodyWasNotRead) {
  ApiWorld world;
  HttpClient client(world.server().port());
  EXPECT_THAT(client.Post("/nowhere", "{\"a\":1}"), IsProblem(404, "no_such_route", ""));
  EXPECT_TRUE(client.ReadsEnd());
  HttpClient smuggler(world.server().port());
  ASSERT_TRUE(smuggler.SendRaw("POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 45\r\n\r\n"));
  ASSERT_TRUE(smuggler.SendRaw(kHealth));
  EXPECT_EQ(smuggler.ReadReply().status, 404);
  EXPECT_TRUE(smuggler.ReadsEnd());
}

}  // namespace
}  // namespace fovea::api
