#pragma once
// HttpClient is one connection to a server on this machine, for tests: it sends requests, or raw bytes, and reads replies.
//
// Owns:    its socket.
// Threads: an object belongs to one thread at a time; several objects may be used at once.
// Errors:  a connection that breaks, or a reply that does not come in time, gives status 0 and the reason as body.
// Units:   milliseconds.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea::test {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
  int status = 0;
  HttpHeaders headers = {};
  std::string body = {};
  // The value of the first header of that name (whatever its case), or an empty text.
  std::string Header(std::string_view name) const;
};

struct HttpCall {
  std::string method = "GET";
  std::string target = "/";
  HttpHeaders headers = {};  // Host is added when it is not among them
  std::string body = {};     // with a Content-Length when it is not empty, and as application/json when no type is given
};

class HttpClient {
 public:
  // Connects at once; `deadline` bounds every later call.
  explicit HttpClient(uint16_t port, std::chrono::milliseconds deadline = std::chrono::seconds(20));
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpReply Send(const HttpCall& call);
  HttpReply Get(const std::string& target) { return Send({.target = target}); }
  HttpReply Post(const std::string& target, const std::string& json) { return Send({.method = "POST", .target = target, .body = json}); }
  HttpReply Delete(const std::string& target) { return Send({.method = "DELETE", .target = target}); }

  // Bytes as they are; false when the connection is gone.
  bool SendRaw(std::string_view bytes);
  enum class Expect { kBody, kHeadOnly };
  HttpReply ReadReply(Expect expect = Expect::kBody);
  // Whether the server ends the connection within the deadline; bytes that come before are thrown away.
  bool ReadsEnd();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::test
