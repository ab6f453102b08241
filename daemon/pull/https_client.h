#pragma once
// HttpsClient gets one address after another over HTTPS: TLS is always verified, no other protocol is spoken, redirects
// are followed a few times, and a token stays with the host that it was meant for.
//
// Owns:    a libcurl handle, so that connections are used again.
// Threads: one at a time. A requested stop ends the exchange within a second.
// Errors:  kBusy when the connection could not be made, was cut or stood still (worth another try); kIo for TLS that is not
//          trusted, too much of head or body, too many redirects; kCancelled; kInvalidArgument for an address that is not
//          https. What on_head or on_body return ends the exchange and is passed on. Never throws.
// Units:   bytes, seconds.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/status.h"

namespace fovea::daemon {

struct HttpsHead {
  int status = 0;
  std::map<std::string, std::string> fields = {};  // names in lower case
  // The value, or "".
  std::string Get(const std::string& lower_case_name) const;
};

struct HttpsRequest {
  std::string url;
  std::string token = {};     // as "Authorization: Bearer", to the host and port of `url` alone
  uint64_t from_byte = 0;     // only what comes after so many bytes, if the server can
  std::string if_range = {};  // the entity tag of those bytes: a server that has another content by now sends all of it
  uint64_t most_bytes = 0;    // of the body
  std::function<Status(const HttpsHead&)> on_head = {};  // of the last answer, before its body; may be empty
  std::function<Status(std::string_view)> on_body = {};  // pieces of a 200 or 206; other bodies are dropped
};

class HttpsClient {
 public:
  struct Options {
    std::string ca_file = {};  // empty: the system's
    int timeout_s = 10;        // to connect, and for a connection on which nothing comes
  };
  static Result<std::unique_ptr<HttpsClient>> Make(const Options& options, std::stop_token stop);
  ~HttpsClient();
  HttpsClient(const HttpsClient&) = delete;
  HttpsClient& operator=(const HttpsClient&) = delete;

  // The head of the last answer, whatever its status.
  Result<HttpsHead> Get(const HttpsRequest& request);
  // How long the last answer asked to wait before the next request (Retry-After of a 429 or 503), if it did.
  std::optional<std::chrono::seconds> retry_after() const;

 private:
  struct Impl;
  explicit HttpsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The address without what follows a '?', which may be a signature that nobody else should see.
std::string WithoutQuery(const std::string& url);

}  // namespace fovea::daemon
