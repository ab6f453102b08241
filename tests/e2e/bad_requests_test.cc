// Requests that make no sense are refused with the field's JSON pointer, and the daemon goes on at its usual speed.
// label: process
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "base/log.h"
#include "base/unique_fd.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using testing::HasSubstr;

class BadRequests : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t i = 0; i < 4; ++i) folder_.Write(StrCat("root/", i, ".jpg"), MakePicture({.seed = i}));
    daemon_ = std::make_unique<DaemonProcess>(DaemonProcess::Options{.data = folder_ / "data", .roots = {folder_ / "root"}});
    ASSERT_TRUE(daemon_->WaitForPhotos(4));
  }
  void TearDown() override {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(daemon_->Get("/v1/search?q=a%20dog&k=2").status, 200) << "the daemon goes on";
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    EXPECT_EQ(daemon_->Stop(), 0);
  }
  UniqueFd Connect() const {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(daemon_->url().substr(daemon_->url().rfind(':') + 1))));
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return socket;
  }
  // The first bytes of the answer to raw bytes.
  std::string AnswerTo(const std::string& request) const {
    const UniqueFd socket = Connect();
    EXPECT_EQ(::write(socket.get(), request.data(), request.size()), static_cast<ssize_t>(request.size()));
    std::string answer(4096, '\0');
    const ssize_t got = ::read(socket.get(), answer.data(), answer.size());
    answer.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return answer;
  }

  const TempDir folder_;
  std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(BadRequests, NameTheFieldThatIsWrong) {
  struct Case {
    std::string body;
    std::string pointer;
  };
  const std::vector<Case> cases = {{R"({"text":"a","k":0})", "/k"},     {R"({"text":"a","k":-1})", "/k"}, {R"({"text":"a","k":1000000000})", "/k"},
                                   {R"({"text":"a","k":"x"})", "/k"},   {R"({"text":7})", "/text"},       {R"({"text":"a","colour":1})", "/colour"},
                                   {R"({"image":"no base64!"})", "/image"}};
  for (const Case& wrong : cases) {
    const Reply reply = daemon_->PostText("/v1/search", wrong.body);
    EXPECT_GE(reply.status, 400) << wrong.body;
    EXPECT_LT(reply.status, 500) << wrong.body;
    EXPECT_THAT(reply.body, HasSubstr("\"" + wrong.pointer + "\"")) << wrong.body;
    EXPECT_FALSE(reply.json.value("code", "").empty()) << reply.body;
  }
}

TEST_F(BadRequests, BadJsonALongTextAndALargeBodyAreRefused) {
  for (const char* body : {"{", "[]", "null", "\"text\"", "{\"text\":\"\xff\"}", "nonsense"}) {
    const Reply reply = daemon_->PostText("/v1/search", body);
    EXPECT_TRUE(reply.status >= 400 && reply.status < 500) << body << ": " << reply.status;
  }
  const Reply text = daemon_->Post("/v1/search", {{"text", std::string(1 << 20, 'a')}});
  EXPECT_TRUE(text.status >= 400 && text.status < 500) << text.status;
  const std::string header = "POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000000000\r\n\r\n{";
  EXPECT_THAT(AnswerTo(header), testing::StartsWith("HTTP/1.1 413"));
}

TEST_F(BadRequests, AForeignHostOrOriginIsRefused) {
  EXPECT_THAT(AnswerTo("GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n"), testing::StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(AnswerTo("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n"), testing::StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(AnswerTo("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"), testing::StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(AnswerTo("this is not HTTP\r\n\r\n"), testing::StartsWith("HTTP/1.1 400"));
}

TEST_F(BadRequests, SlowClientsDoNotSlowOthers) {
  std::vector<UniqueFd> slow;
  const std::string half = "POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"te";
  for (int i = 0; i < 50; ++i) {
    slow.push_back(Connect());
    ASSERT_EQ(::write(slow.back().get(), half.data(), half.size()), static_cast<ssize_t>(half.size()));
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(daemon_->Get("/v1/search?q=a%20dog&k=2").status, 200);
}

}  // namespace
}  // namespace fovea::test
