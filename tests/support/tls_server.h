#pragma once
// TlsServer is a real HTTPS server on a free port of this machine that answers as a test tells it, lies and cuts included.
//
// Owns:    its socket and a thread per connection; one request per connection.
// Threads: the handler is called on the connections' threads, several at a time; the rest by the test.
// Errors:  ends the test program when it cannot listen; a connection that breaks is the client's business.
// Units:   bytes of the body.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/http_client.h"
#include "tests/support/test_authority.h"

namespace fovea::test {

struct TlsRequest {
  std::string method;
  std::string target;
  HttpHeaders fields = {};
  // The value of the first field of that name (whatever its case), or "".
  std::string Field(std::string_view name) const;
};

struct TlsAnswer {
  int status = 200;
  HttpHeaders fields = {};                    // Content-Length is added
  std::string body = {};
  std::optional<uint64_t> announced = {};     // as Content-Length, instead of the truth
  std::optional<size_t> cut_after = {};       // the connection ends there
  std::optional<size_t> hold_after = {};      // nothing more comes until Release() or the server's end
};

class TlsServer {
 public:
  using Handler = std::function<TlsAnswer(const TlsRequest&)>;
  TlsServer(const TestAuthority& authority, Handler handler);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // "https://127.0.0.1:1234"
  std::string url(const std::string& host = "127.0.0.1") const;
  // Every request so far, in the order they came.
  std::vector<TlsRequest> Requests() const;
  // Whether an answer is being held at this moment.
  bool Holds() const;
  void Release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::test
