#pragma once
// HttpClient asks a fovea daemon one question over HTTP and waits for the answer.
//
// Owns:    nothing between calls; each call opens and closes its connection.
// Threads: any thread; a call blocks until the answer is there or the deadline passes.
// Errors:  kInvalidArgument for a URL that is not http://HOST[:PORT], kIo when nothing answers there or in time. An HTTP
//          status of 400 and above is an answer, not an error.
// Units:   seconds.
#include <chrono>
#include <string>

#include "base/status.h"

namespace fovea::daemon {

struct HttpQuestion {
  std::string url;                  // "http://127.0.0.1:8642", a slash at the end does not matter
  std::string target;               // "/v1/status"
  std::string json_body;            // not empty: POST, else GET
  std::chrono::seconds deadline{30};
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

Result<HttpAnswer> Ask(const HttpQuestion& question);

}  // namespace fovea::daemon
