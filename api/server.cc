#include "api/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <exception>
#include <optional>

#include "api/http_error.h"
#include "api/session.h"
#include "base/log.h"

namespace fovea::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(100);
constexpr auto kLastAnswers = std::chrono::seconds(3);   // for answers that are being written when the server stops
constexpr auto kLastSessions = std::chrono::seconds(2);  // for closed connections to end

// An exception that ends a coroutine is a programmer's mistake: it goes on to the thread's entry.
void Rethrow(const std::exception_ptr& exception) {
  if (exception) std::rethrow_exception(exception);
}

std::string TextOf(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return StrCat(endpoint.address().is_v6() ? "[" + address + "]" : address, ':', endpoint.port());
}

Result<tcp::endpoint> EndpointOf(const ServerOptions& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, error);
  if (error) return Failed(InvalidArgument(StrCat("listen on \"", options.address, "\": not an IP address")));
  return tcp::endpoint(address, options.port);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions server_options, indexer::Library& library, Metrics& metrics_registry)
      : options(std::move(server_options)),
        metrics(metrics_registry),
        router({.library = library,
                .metrics = metrics_registry,
                .version = options.version,
                .started = steady_clock::now(),
                .max_body_bytes = options.max_body_bytes,
                .fetching = options.fetching}),
        guard(options.address, options.allowed_hosts),
        sessions(options.max_connections, metrics_registry),
        handlers({.name = "http-work", .threads = static_cast<size_t>(std::max(1, options.worker_threads)), .capacity = options.max_queued_requests}),
        files({.name = "http-file", .threads = 2, .capacity = options.max_connections}) {}

  Status Listen();
  void Start();
  asio::awaitable<void> AcceptLoop();
  asio::awaitable<void> Serve(std::shared_ptr<Session> session);
  void RefuseConnections();
  void Stop();

  const ServerOptions options;
  Metrics& metrics;
  const Router router;
  const RequestGuard guard;
  std::atomic<bool> refusing = false;
  std::atomic<bool> stopping = false;
  SessionList sessions;
  Worker handlers;
  Worker files;
  const ServerParts parts{options, router, guard, metrics, handlers, files, sessions, refusing, stopping};
  tcp::endpoint endpoint;
  asio::io_context io;  // goes before what its coroutines use
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  tcp::acceptor acceptor{asio::make_strand(io)};
  std::vector<Thread> threads;
};

Status Server::Impl::Listen() {
  ASSIGN_OR_RETURN(endpoint, EndpointOf(options));
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return IoError(StrCat("listen on ", TextOf(endpoint), ": ", error.message()));
  endpoint = acceptor.local_endpoint(error);
  return error ? IoError(StrCat("ask for the port: ", error.message())) : Status::Ok();
}

void Server::Impl::Start() {
  asio::co_spawn(acceptor.get_executor(), AcceptLoop(), Rethrow);
  const int count = std::max(1, options.io_threads);
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(count == 1 ? "http-io" : StrCat("http-io", i), [this](const std::stop_token&) { io.run(); });
  }
}

asio::awaitable<void> Server::Impl::AcceptLoop() {
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), kAsTuple);
    if (error == asio::error::operation_aborted) break;
    if (error == asio::error::no_descriptors || error == boost::system::errc::too_many_files_open_in_system) {
      LogWarning("accept a connection: ", error.message());
      sessions.CloseOldestWaiting();
      pause.expires_after(kPauseWithoutDescriptors);
      co_await pause.async_wait(kAsTuple);
    }
    if (error) continue;
    const auto strand = socket.get_executor();
    auto session = std::make_shared<Session>(std::move(socket), parts);
    if (refusing) continue;
    if (sessions.Add(session)) {
      asio::co_spawn(strand, Serve(std::move(session)), Rethrow);
    } else {
      session->TurnAway();
    }
  }
}

asio::awaitable<void> Server::Impl::Serve(std::shared_ptr<Session> session) {
  co_await session->Run();
  sessions.Remove(session);
}

void Server::Impl::RefuseConnections() {
  if (refusing.exchange(true)) return;
  LogInfo("http: refusing connections on ", TextOf(endpoint));
  asio::post(acceptor.get_executor(), [this] {
    error_code ignored;  // closing is all that is left to do
    acceptor.close(ignored);
  });
  sessions.CloseWaiting();
}

void Server::Impl::Stop() {
  RefuseConnections();
  if (stopping.exchange(true)) return;
  handlers.Drain();  // those that wait are answered 503
  sessions.CloseWaiting();
  sessions.WaitUntilEmpty(steady_clock::now() + kLastAnswers);
  sessions.CloseAll();
  const bool empty = sessions.WaitUntilEmpty(steady_clock::now() + kLastSessions);
  if (!empty) LogWarning("http: some connections did not end in time");
  files.Drain();
  work.reset();
  io.stop();
  for (Thread& thread : threads) thread.Join();
  LogInfo("http: stopped");
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { Stop(); }

Result<std::unique_ptr<Server>> Server::Bind(const ServerOptions& options, indexer::Library& library, Metrics& metrics) {
  auto impl = std::make_unique<Impl>(options, library, metrics);
  RETURN_IF_ERROR(impl->Listen());
  impl->Start();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

uint16_t Server::port() const { return impl_->endpoint.port(); }

std::string Server::url() const {
  if (!impl_->endpoint.address().is_unspecified()) return "http://" + TextOf(impl_->endpoint);
  return StrCat("http://localhost:", impl_->endpoint.port());
}

void Server::RefuseConnections() { impl_->RefuseConnections(); }

void Server::Stop() { impl_->Stop(); }

}  // namespace fovea::api
