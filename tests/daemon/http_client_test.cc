// The command line's HTTP client against a socket that answers as told.
// label: integration
#include "daemon/http_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/unique_fd.h"
#include "base/worker.h"
#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using testing::HasSubstr;
using test::IsOk;
using test::StatusIs;

// Takes one connection, reads until the header's end (and a body of known length), answers, closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
    thread_ = Thread("one-answer", [this, text = std::move(answer)](const std::stop_token&) { Serve(text); });
  }
  ~OneAnswer() { thread_.Join(); }
  std::string url() const { return StrCat("http://127.0.0.1:", port_); }
  std::string Request() {
    thread_.Join();
    return request_;
  }

 private:
  void Serve(const std::string& answer) {
    const UniqueFd connection(::accept(listener_.get(), nullptr, nullptr));
    std::string chunk(4096, '\0');
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::read(connection.get(), chunk.data(), chunk.size());
      if (got <= 0) return;
      request_.append(chunk, 0, static_cast<size_t>(got));
    }
    EXPECT_EQ(::write(connection.get(), answer.data(), answer.size()), static_cast<ssize_t>(answer.size()));
  }

  UniqueFd listener_;
  uint16_t port_ = 0;
  std::string request_;
  Thread thread_;
};

TEST(HttpClient, BringsStatusAndBody) {
  OneAnswer server("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnope");
  const auto answer = Ask({.url = server.url() + "/", .target = "/v1/status", .json_body = ""});
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "nope");
  EXPECT_THAT(server.Request(), HasSubstr("GET /v1/status HTTP/1.1"));
}

TEST(HttpClient, PostsJson) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_THAT(Ask({.url = server.url(), .target = "/v1/search", .json_body = R"({"k":1})"}), IsOk());
  EXPECT_THAT(server.Request(), testing::AllOf(HasSubstr("POST /v1/search"), HasSubstr("application/json"), HasSubstr("Content-Length: 7")));
}

TEST(HttpClient, AClosedConnectionOrNobodyThereIsAnError) {
  OneAnswer server("");
  EXPECT_THAT(Ask({.url = server.url(), .target = "/", .json_body = ""}), StatusIs(StatusCode::kIo, HasSubstr(server.url())));
  EXPECT_THAT(Ask({.url = server.url(), .target = "/", .json_body = "", .deadline = std::chrono::seconds(1)}), StatusIs(StatusCode::kIo))
      << "its one answer is gone";
}

TEST(HttpClient, RefusesWhatIsNoUrl) {
  for (const char* url : {"", "127.0.0.1:8642", "https://localhost", "http://", "http://:80", "ftp://x"}) {
    EXPECT_THAT(Ask({.url = url, .target = "/", .json_body = ""}), StatusIs(StatusCode::kInvalidArgument)) << url;
  }
}

}  // namespace
}  // namespace fovea::daemon
