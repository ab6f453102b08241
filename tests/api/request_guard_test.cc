#include "api/request_guard.h"
// label: unit

#include <gmock/gmock.h>

namespace fovea::api {
namespace {

std::string Verdict(const RequestGuard& guard, std::vector<Header> headers, const std::string& method = "GET") {
  const auto checked = guard.Check({.method = method, .headers = std::move(headers)});
  if (checked) return "in";
  switch (checked.error().fault) {
    case Fault::kHostNotAllowed: return "host";
    case Fault::kOriginNotAllowed: return "origin";
    default: return "invalid";
  }
}

class RequestGuardTest : public testing::Test {
 protected:
  std::string Host(const std::string& host) const { return Verdict(guard_, {{"host", host}}); }
  std::string Origin(const std::string& origin) const { return Verdict(guard_, {{"host", "localhost:8642"}, {"origin", origin}}); }
  std::string Fetch(const std::string& site, const std::string& method, const std::string& mode = "cors") const {
    return Verdict(guard_, {{"host", "localhost"}, {"sec-fetch-site", site}, {"sec-fetch-mode", mode}}, method);
  }
  const RequestGuard guard_{"192.168.1.5", {"Photos.example", "nas.example:9000"}};
};

TEST_F(RequestGuardTest, LetsItsOwnNamesIn) {
  for (const char* host : {"localhost", "LOCALHOST:8642", "127.0.0.1", "127.0.0.1:1", "127.8.9.1:8642", "[::1]", "[::1]:8642", "192.168.1.5:8642",
                           "photos.example", "PHOTOS.example:444", "nas.example:9000"}) {
    EXPECT_EQ(Host(host), "in") << host;
  }
}

TEST_F(RequestGuardTest, RefusesForeignHosts) {
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.6", "nas.example", "nas.example:9001", "",
                           ":8642", "[::1", "[::2]", "localhost:80x", "localhost@evil.example", "user@localhost", "localhost/", "127.1", "2130706433"}) {
    EXPECT_EQ(Host(host), "host") << host;
  }
}

TEST_F(RequestGuardTest, WantsExactlyOneHost) {
  EXPECT_EQ(Verdict(guard_, {}), "invalid");
  EXPECT_EQ(Verdict(guard_, {{"host", "localhost"}, {"host", "localhost"}}), "invalid");
}

TEST_F(RequestGuardTest, LetsOnlyItsOwnOriginIn) {
  for (const char* origin : {"http://localhost:8642", "http://LOCALHOST:8642", "https://photos.example", "http://nas.example:9000"}) {
    EXPECT_EQ(Origin(origin), "in") << origin;
  }
  for (const char* origin : {"http://localhost", "http://localhost:3000", "http://127.0.0.1:8642", "http://evil.example", "null", "", "file://",
                             "localhost:8642", "chrome-extension://localhost:8642", "http://localhost:8642.evil.example"}) {
    EXPECT_EQ(Origin(origin), "origin") << origin;
  }
}

TEST_F(RequestGuardTest, KnowsTheDefaultPorts) {
  EXPECT_EQ(Verdict(guard_, {{"host", "localhost:80"}, {"origin", "http://localhost"}}), "in");
  EXPECT_EQ(Verdict(guard_, {{"host", "localhost"}, {"origin", "https://localhost:443"}}), "in");
  EXPECT_EQ(Verdict(guard_, {{"host", "localhost:80"}, {"origin", "https://localhost"}}), "origin");
}

TEST_F(RequestGuardTest, RefusesFetchesFromOtherSites) {
  EXPECT_EQ(Fetch("same-origin", "POST"), "in");
  EXPECT_EQ(Fetch("none", "POST", "navigate"), "in");
  EXPECT_EQ(Fetch("cross-site", "POST", "navigate"), "origin");
  EXPECT_EQ(Fetch("same-site", "DELETE"), "origin");
  EXPECT_EQ(Fetch("cross-site", "GET", "no-cors"), "origin");
  EXPECT_EQ(Fetch("cross-site", "GET", "navigate"), "in");
  EXPECT_EQ(Fetch("same-origin", "GET", "no-cors"), "in");
}

TEST(RequestGuard, TakesEveryAddressOfTheMachineWhenItListensOnAll) {
  const RequestGuard guard("0.0.0.0", {});
  EXPECT_EQ(Verdict(guard, {{"host", "192.168.1.6:8642"}}), "in");
  EXPECT_EQ(Verdict(guard, {{"host", "[fe80::1]:8642"}}), "in");
  EXPECT_EQ(Verdict(guard, {{"host", "evil.example"}}), "host");
}

}  // namespace
}  // namespace fovea::api
