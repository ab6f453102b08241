#pragma once
// Server answers HTTP/JSON under /v1 and serves the web page. The port is open as soon as Bind returns.
//
// Owns:    its listening socket, sessions, I/O thread(s) "http-io", workers "http-work" for handlers and "http-file" for the
//          bytes of files that are sent. Borrows Library and Metrics, which must outlive it.
// Threads: any thread may call Stop; requests run on the workers, never on the I/O threads.
// Errors:  Bind: kIo with address and port (taken, not permitted), kInvalidArgument for a bad address. Requests: RFC 9457.
// Units:   bytes, milliseconds, seconds as named.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/fetch_progress.h"
#include "base/metrics.h"
#include "base/status.h"
#include "indexer/library.h"

namespace fovea::api {

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8642;                         // 0 = any free one, see port()
  int io_threads = 1;
  int worker_threads = 4;
  size_t max_queued_requests = 256;             // more are answered 429 with Retry-After
  size_t max_connections = 1024;                // one more closes the one that has waited longest for a request
  size_t max_header_bytes = 16 * 1024;
  size_t max_body_bytes = size_t{48} << 20;     // base64 of the largest query picture
  int read_timeout_s = 15;                      // for a whole request to arrive
  int write_timeout_s = 60;                     // for an answer, or 256 KiB of a file, to be taken
  int idle_timeout_s = 60;                      // between requests of one connection
  std::vector<std::string> allowed_hosts = {};  // Host and Origin names besides localhost, loopback and the address itself
  std::string version = {};                     // shown in /v1/status
  ReadFetchProgress fetching = {};              // shown in /readyz and /v1/status while the model is not there; must outlive the Server
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> Bind(const ServerOptions& options, indexer::Library& library, Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  uint16_t port() const;
  // "http://127.0.0.1:8642"
  std::string url() const;
  // Refuses new connections and new requests; answers in flight go on. May be called twice.
  void RefuseConnections();
  // RefuseConnections, ends the sessions and joins the threads. May be called twice.
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fovea::api
