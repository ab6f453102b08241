// The HTTPS client against a real TLS server that misbehaves.
// label: integration
#include "daemon/pull/https_client.h"

#include <gmock/gmock.h>

#include "base/log.h"
#include "base/worker.h"
#include "tests/support/matchers.h"
#include "tests/support/tls_server.h"
#include "tests/support/wait_until.h"

namespace fovea::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using test::IsOk;
using test::StatusIs;
using test::TlsAnswer;
using test::TlsRequest;
using test::TlsServer;

class HttpsClientTest : public testing::Test {
 protected:
  struct Got {
    Result<HttpsHead> head;
    std::string body;
  };
  Got Get(const std::string& url, HttpsRequest request = {}, const std::stop_token& stop = {}) const {
    auto client = HttpsClient::Make({.ca_file = authority_.ca_file(), .timeout_s = 2}, stop);
    std::string body;
    request.url = url;
    if (request.most_bytes == 0) request.most_bytes = 1 << 20;
    request.on_body = [&](std::string_view bytes) {
      body += bytes;
      return Status();
    };
    auto head = (*client)->Get(request);
    return {std::move(head), std::move(body)};
  }

  const test::TestAuthority authority_;
};

TEST_F(HttpsClientTest, BringsHeadAndBody) {
  TlsServer server(authority_, [](const TlsRequest&) { return TlsAnswer{.fields = {{"X-Mixed-Case", " v "}}, .body = "hello"}; });
  const Got got = Get(server.url() + "/a");
  ASSERT_THAT(got.head, IsOk());
  EXPECT_EQ(got.head->status, 200);
  EXPECT_EQ(got.head->Get("x-mixed-case"), "v");
  EXPECT_EQ(got.body, "hello");
  EXPECT_EQ(server.Requests().at(0).Field("Authorization"), "");
}

TEST_F(HttpsClientTest, TrustsNobodyButItsAuthorities) {
  TlsServer server(authority_, [](const TlsRequest&) { return TlsAnswer{}; });
  auto client = HttpsClient::Make({}, {});
  EXPECT_THAT((*client)->Get({.url = server.url() + "/"}), StatusIs(StatusCode::kIo, AllOf(HasSubstr("TLS"), HasSubstr("SSL_CERT_FILE"))));
  const test::TestAuthority another;
  auto other = HttpsClient::Make({.ca_file = another.ca_file()}, {});
  EXPECT_THAT((*other)->Get({.url = server.url() + "/"}), StatusIs(StatusCode::kIo, AllOf(HasSubstr("TLS"), HasSubstr("unable to get local issuer"))));
  EXPECT_THAT(Get(server.url("other.localhost") + "/").head, StatusIs(StatusCode::kIo, HasSubstr("TLS"))) << "a host that the certificate does not name";
  EXPECT_TRUE(server.Requests().empty());
}

TEST_F(HttpsClientTest, SpeaksNothingButHttps) {
  for (const char* url : {"http://localhost/x", "file:///etc/passwd", "ftp://localhost/x", "localhost/x", ""}) {
    EXPECT_THAT(Get(url).head, StatusIs(StatusCode::kInvalidArgument, HasSubstr("https://"))) << url;
  }
  for (const char* target : {"http://localhost/x", "file:///etc/passwd", "ftp://localhost/x"}) {
    TlsServer server(authority_, [&](const TlsRequest&) { return TlsAnswer{.status = 302, .fields = {{"Location", target}}}; });
    EXPECT_THAT(Get(server.url() + "/").head, StatusIs(StatusCode::kIo, HasSubstr("redirected"))) << target;
  }
}

TEST_F(HttpsClientTest, GivesATokenToItsOwnHostAlone) {
  TlsServer other(authority_, [](const TlsRequest&) { return TlsAnswer{.body = "there"}; });
  TlsServer server(authority_, [&](const TlsRequest& request) {
    if (request.target == "/near") return TlsAnswer{.status = 307, .fields = {{"Location", "/far"}}};
    return TlsAnswer{.status = 302, .fields = {{"Location", other.url("localhost") + "/x?signature=1"}}};
  });
  const Got got = Get(server.url() + "/near", {.url = "", .token = "secret"});
  EXPECT_EQ(got.body, "there");
  ASSERT_EQ(server.Requests().size(), 2u);
  for (const TlsRequest& request : server.Requests()) EXPECT_EQ(request.Field("Authorization"), "Bearer secret") << request.target;
  ASSERT_EQ(other.Requests().size(), 1u);
  for (const auto& [name, value] : other.Requests()[0].fields) EXPECT_THAT(value, Not(HasSubstr("secret"))) << name;
}

TEST_F(HttpsClientTest, AnotherPortIsAnotherHost) {
  TlsServer other(authority_, [](const TlsRequest&) { return TlsAnswer{}; });
  TlsServer server(authority_, [&](const TlsRequest&) { return TlsAnswer{.status = 302, .fields = {{"Location", other.url() + "/"}}}; });
  EXPECT_THAT(Get(server.url() + "/", {.url = "", .token = "secret"}).head, IsOk());
  EXPECT_EQ(other.Requests().at(0).Field("Authorization"), "");
}

TEST_F(HttpsClientTest, EndsARingOfRedirects) {
  TlsServer server(authority_, [](const TlsRequest&) { return TlsAnswer{.status = 302, .fields = {{"Location", "/again"}}}; });
  EXPECT_THAT(Get(server.url() + "/").head, StatusIs(StatusCode::kIo, HasSubstr("redirects")));
  EXPECT_LT(server.Requests().size(), 10u);
}

TEST_F(HttpsClientTest, LimitsHeadAndBody) {
  TlsServer long_head(authority_, [](const TlsRequest&) {
    TlsAnswer answer;
    for (int i = 0; i < 100; ++i) answer.fields.emplace_back(StrCat("X-", i), std::string(1000, 'x'));
    return answer;
  });
  EXPECT_THAT(Get(long_head.url() + "/").head, StatusIs(StatusCode::kIo, HasSubstr("head")));
  TlsServer long_body(authority_, [](const TlsRequest& request) {
    return TlsAnswer{.status = request.target == "/error" ? 404 : 200, .body = std::string(3 << 20, 'x')};
  });
  EXPECT_THAT(Get(long_body.url() + "/").head, StatusIs(StatusCode::kIo, HasSubstr("longer than")));
  EXPECT_THAT(Get(long_body.url() + "/error").head, StatusIs(StatusCode::kIo, HasSubstr("longer than")));
}

TEST_F(HttpsClientTest, ACutOrSilentConnectionIsWorthAnotherTry) {
  TlsServer cut(authority_, [](const TlsRequest&) { return TlsAnswer{.body = std::string(1000, 'x'), .cut_after = 500}; });
  EXPECT_THAT(Get(cut.url() + "/").head, StatusIs(StatusCode::kBusy));
  TlsServer silent(authority_, [](const TlsRequest&) { return TlsAnswer{.body = "xx", .hold_after = 1}; });
  EXPECT_THAT(Get(silent.url() + "/").head, StatusIs(StatusCode::kBusy));
  EXPECT_THAT(Get("https://127.0.0.1:1/").head, StatusIs(StatusCode::kBusy, HasSubstr("no connection")));
}

TEST_F(HttpsClientTest, NeverRepeatsASignature) {
  EXPECT_THAT(Get("https://127.0.0.1:1/x?signature=abc").head, StatusIs(StatusCode::kBusy, Not(HasSubstr("abc"))));
}

TEST_F(HttpsClientTest, EndsWhenItIsAskedTo) {
  TlsServer silent(authority_, [](const TlsRequest&) { return TlsAnswer{.body = "xx", .hold_after = 1}; });
  std::stop_source stop;
  Thread asker("asker", [&](const std::stop_token&) {
    EXPECT_TRUE(test::WaitUntil([&] { return silent.Holds(); }));
    stop.request_stop();
  });
  EXPECT_THAT(Get(silent.url() + "/", {}, stop.get_token()).head, StatusIs(StatusCode::kCancelled));
  asker.Join();
}

}  // namespace
}  // namespace fovea::daemon
