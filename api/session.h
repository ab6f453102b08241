#pragma once
// Session is one connection: it reads requests in order, has them answered and writes the answers.
//
// Owns:    its socket. Borrows what ServerParts names, which outlives it.
// Threads: Run is one coroutine on the connection's strand; Close, is_waiting and waiting_since may be called by any thread.
// Errors:  a request that does not arrive in time is answered 408, one that is too large 413 or 431, one that is no HTTP 400,
//          and the connection ends; a client that does not read its answer in time is cut off.
// Units:   seconds.
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>

#include "api/request_guard.h"
#include "api/router.h"
#include "api/server.h"
#include "api/session_list.h"
#include "base/worker.h"

namespace fovea::api {

// What all sessions of a server share.
struct ServerParts {
  const ServerOptions& options;
  const Router& router;
  const RequestGuard& guard;
  Metrics& metrics;
  Worker& handlers;
  Worker& files;
  SessionList& sessions;
  const std::atomic<bool>& refusing;  // new requests are answered 503
  const std::atomic<bool>& stopping;  // those that wait for a worker too
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const ServerParts& parts);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Until the client or the server ends the connection. The caller keeps a share of the session meanwhile.
  boost::asio::awaitable<void> Run();
  void Close();
  // For one connection too many, instead of Run: answers 503 as far as that needs no waiting.
  void TurnAway();
  // Whether no request of it is being answered.
  bool is_waiting() const { return waiting_; }
  std::chrono::steady_clock::time_point waiting_since() const { return waiting_since_; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  // How the client wants the answer to a request.
  struct Wish {
    bool keep_alive = false;
    bool only_head = false;
    unsigned version = 11;
  };

  boost::asio::awaitable<bool> WaitForFirstByte();
  boost::asio::awaitable<bool> ServeOne();
  boost::asio::awaitable<Answer<Request>> ReadHead(Parser& parser, Wish& wish);
  boost::asio::awaitable<Answer<void>> ReadBody(Parser& parser, size_t max_bytes);
  Answer<const Route*> RouteOf(Request& request) const;
  boost::asio::awaitable<Response> Answered(const Route* route, Request request);
  boost::asio::awaitable<bool> Write(Response response, Wish wish);
  boost::asio::awaitable<bool> WriteSlice(FileSlice slice);
  boost::asio::awaitable<void> Linger();
  Problem ReadProblem(const boost::system::error_code& error);
  void Observe(const Route* route, int status, std::chrono::steady_clock::time_point start);
  void SetWaiting(bool waiting);
  // Ends the read in hand when `seconds` have passed, leaving the socket open for an answer.
  void StartDeadline(int seconds);
  void StopDeadline();

  const ServerParts& parts_;
  boost::beast::tcp_stream stream_;
  boost::asio::steady_timer deadline_;
  uint64_t deadline_number_ = 0;  // a timer that fires late must not end the next read
  bool timed_out_ = false;
  bool client_gone_ = false;      // nobody is there to read an answer
  boost::beast::flat_buffer buffer_;
  std::atomic<bool> waiting_ = true;
  std::atomic<std::chrono::steady_clock::time_point> waiting_since_;
};

}  // namespace fovea::api
