#include "api/session.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>
#include <ctime>

#include "api/http_error.h"
#include "api/run_on_worker.h"
#include "api/url.h"
#include "base/log.h"

namespace fovea::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kBufferBytes = size_t{64} << 10;   // beyond the header: what one read of a body may bring
constexpr size_t kChunkBytes = size_t{256} << 10;   // of a file
constexpr int kLingerSeconds = 2;                   // for a client to read its refusal before the connection goes
constexpr size_t kLingerBytes = size_t{8} << 20;

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

template <typename Message>
Answer<Request> RequestOf(const Message& message) {
  Request request;
  request.method = std::string(message.method_string());
  for (const auto& field : message) request.headers.push_back({LowerCase(field.name_string()), std::string(field.value())});
  TRY_ASSIGN(Target target, ParseTarget(std::string_view(message.target().data(), message.target().size())));
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  return request;
}

template <typename Message>
void FillHead(Message& message, const Response& response, bool keep_alive) {
  for (const Header& header : response.headers) message.insert(header.name, header.value);
  message.set(http::field::date, HttpDate());
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  message.set("Referrer-Policy", "no-referrer");
  if (response.status != 204 && response.status != 304) message.content_length(static_cast<uint64_t>(response.BodyBytes()));
  message.keep_alive(keep_alive);
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const ServerParts& parts)
    : parts_(parts),
      stream_(std::move(socket)),
      deadline_(stream_.get_executor()),
      buffer_(parts.options.max_header_bytes + kBufferBytes),
      waiting_since_(steady_clock::now()) {}

void Session::Close() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->stream_.close(); });
}

void Session::SetWaiting(bool waiting) {
  waiting_since_ = steady_clock::now();
  waiting_ = waiting;
}

void Session::StartDeadline(int seconds) {
  timed_out_ = false;
  deadline_.expires_after(std::chrono::seconds(seconds));
  deadline_.async_wait([self = shared_from_this(), number = ++deadline_number_](const error_code& error) {
    if (error || number != self->deadline_number_) return;
    self->timed_out_ = true;
    self->stream_.cancel();
  });
}

void Session::StopDeadline() {
  ++deadline_number_;
  deadline_.cancel();
}

asio::awaitable<void> Session::Run() {
  error_code ignored;  // without it answers are only slower
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  bool more = true;
  while (more) {
    SetWaiting(true);
    if (parts_.refusing) break;  // after SetWaiting: RefuseConnections closes those that it sees waiting
    more = co_await WaitForFirstByte();
    if (more) more = co_await ServeOne();
  }
  StopDeadline();
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

void Session::TurnAway() {
  Response response = ErrorResponse({.fault = Fault::kTooManyConnections, .detail = "try again later"});
  http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
  message.body() = std::get<std::string>(response.body);
  FillHead(message, response, false);
  const std::string text = StrCat(message);
  error_code ignored;  // the client is turned away in any case
  stream_.socket().non_blocking(true, ignored);
  stream_.socket().write_some(asio::buffer(text), ignored);
}

asio::awaitable<bool> Session::WaitForFirstByte() {
  if (buffer_.size() > 0) co_return true;  // the next request came along with the last one
  StartDeadline(parts_.options.idle_timeout_s);
  const auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(4096), kAsTuple);
  StopDeadline();
  if (error) co_return false;
  buffer_.commit(bytes);
  co_return true;
}

asio::awaitable<bool> Session::ServeOne() {
  Parser parser;
  Wish wish;
  StartDeadline(parts_.options.read_timeout_s);
  Answer<Request> request = co_await ReadHead(parser, wish);
  Answer<const Route*> route = request ? RouteOf(*request) : std::unexpected(request.error());
  if (route) {
    Answer<void> read = co_await ReadBody(parser, parts_.router.MaxBodyBytes(*route));
    if (!read) route = std::unexpected(std::move(read).error());
  }
  StopDeadline();
  SetWaiting(false);
  if (!route && client_gone_) co_return false;
  if (!route) {
    wish.keep_alive = wish.keep_alive && parser.is_done();  // what is left of the request would be taken for the next one
    Response refusal = ErrorResponse(route.error());
    Observe(nullptr, refusal.status, steady_clock::now());
    const bool written = co_await Write(std::move(refusal), wish);
    if (written && !wish.keep_alive) co_await Linger();
    co_return written && wish.keep_alive;
  }
  request->body = std::move(parser.get().body());
  Response response = co_await Answered(*route, *std::move(request));
  if (parts_.refusing) wish.keep_alive = false;
  const bool written = co_await Write(std::move(response), wish);
  co_return written && wish.keep_alive;
}

// What can be said before the body is read.
Answer<const Route*> Session::RouteOf(Request& request) const {
  if (parts_.refusing) return Refuse(Fault::kShuttingDown, "the daemon is stopping");
  TRY(parts_.guard.Check(request));
  return parts_.router.Find(request);
}

asio::awaitable<Answer<Request>> Session::ReadHead(Parser& parser, Wish& wish) {
  parser.header_limit(static_cast<uint32_t>(parts_.options.max_header_bytes));
  parser.body_limit(boost::none);  // ReadBody bounds it, once the route is known
  const auto [error, bytes] = co_await http::async_read_header(stream_, buffer_, parser, kAsTuple);
  if (error) co_return std::unexpected(ReadProblem(error));
  const auto& message = parser.get();
  wish = {.keep_alive = message.keep_alive(), .only_head = message.method() == http::verb::head, .version = message.version()};
  co_return RequestOf(message);
}

asio::awaitable<Answer<void>> Session::ReadBody(Parser& parser, size_t max_bytes) {
  if (parser.content_length() && *parser.content_length() > max_bytes) {
    co_return Refuse(Fault::kBodyTooLarge, StrCat("a body may have ", max_bytes, " bytes here, not ", *parser.content_length()));
  }
  parser.body_limit(max_bytes);
  if (!parser.is_done() && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_on(http::status::continue_, 11);
    const auto [error, bytes] = co_await http::async_write(stream_, go_on, kAsTuple);
    if (error) co_return std::unexpected(ReadProblem(error));
  }
  if (!parser.is_done()) {
    const auto [error, bytes] = co_await http::async_read(stream_, buffer_, parser, kAsTuple);
    if (error) co_return std::unexpected(ReadProblem(error));
  }
  co_return Answer<void>();
}

Problem Session::ReadProblem(const error_code& error) {
  client_gone_ = !timed_out_ && error.category() != http::make_error_code(http::error::end_of_stream).category();
  client_gone_ = client_gone_ || error == http::error::end_of_stream || error == http::error::partial_message;
  if (timed_out_) {
    return {.fault = Fault::kRequestTimeout, .detail = StrCat("a request must have arrived within ", parts_.options.read_timeout_s, " s")};
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {.fault = Fault::kHeaderTooLarge, .detail = StrCat("address and headers may have ", parts_.options.max_header_bytes, " bytes")};
  }
  if (error == http::error::body_limit) return {.fault = Fault::kBodyTooLarge, .detail = "the body is longer than it may be here"};
  return {.fault = Fault::kInvalidRequest, .detail = error.message()};
}

asio::awaitable<Response> Session::Answered(const Route* route, Request request) {
  const auto start = steady_clock::now();
  std::optional<Response> response;
  if (route == nullptr || route->where == RunOn::kIoThread) {
    response = parts_.router.Run(route, request);
  } else {
    auto shared_request = std::make_shared<const Request>(std::move(request));
    std::function<Response()> work = [this, route, shared_request, start] {
      parts_.metrics.GetHistogram("fovea_http_queue_seconds", "How long requests wait for a worker")
          .Observe(std::chrono::duration<double>(steady_clock::now() - start).count());
      if (parts_.stopping) return ErrorResponse({.fault = Fault::kShuttingDown, .detail = "the daemon is stopping"});
      return parts_.router.Run(route, *shared_request);
    };
    response = co_await RunOnWorker<Response>(parts_.handlers, std::move(work));
    if (!response) response = ErrorResponse({.fault = Fault::kTooManyRequests, .detail = "too many requests are waiting"});
  }
  Observe(route, response->status, start);
  co_return *std::move(response);
}

void Session::Observe(const Route* route, int status, steady_clock::time_point start) {
  const std::string pattern(route == nullptr ? "none" : route->pattern);
  parts_.metrics
      .GetHistogram("fovea_http_request_seconds", "From the request to its answer, waiting included",
                    {{"route", pattern}, {"code", std::to_string(status)}})
      .Observe(std::chrono::duration<double>(steady_clock::now() - start).count());
}

asio::awaitable<bool> Session::Write(Response response, Wish wish) {
  stream_.expires_after(std::chrono::seconds(parts_.options.write_timeout_s));
  auto* slice = std::get_if<FileSlice>(&response.body);
  error_code error;
  if (slice != nullptr || wish.only_head || response.status == 204 || response.status == 304) {
    http::response<http::empty_body> head(static_cast<http::status>(response.status), wish.version);
    FillHead(head, response, wish.keep_alive);
    const auto [failed, bytes] = co_await http::async_write(stream_, head, kAsTuple);
    error = failed;
  } else {
    const auto* view = std::get_if<std::string_view>(&response.body);
    const std::string_view body = view != nullptr ? *view : std::string_view(std::get<std::string>(response.body));
    http::response<http::span_body<const char>> whole(static_cast<http::status>(response.status), wish.version);
    whole.body() = {body.data(), body.size()};
    FillHead(whole, response, wish.keep_alive);
    const auto [failed, bytes] = co_await http::async_write(stream_, whole, kAsTuple);
    error = failed;
  }
  bool written = !error;
  if (written && slice != nullptr && !wish.only_head) written = co_await WriteSlice(std::move(*slice));
  stream_.expires_never();
  co_return written;
}

asio::awaitable<bool> Session::WriteSlice(FileSlice slice) {
  const auto file = std::make_shared<const UniqueFd>(std::move(slice.fd));
  while (slice.length > 0) {
    const auto wanted = std::min(static_cast<size_t>(slice.length), kChunkBytes);
    std::function<std::string()> work = [file, wanted, offset = slice.offset] {
      std::string bytes(wanted, '\0');
      const ssize_t read = ::pread(file->get(), bytes.data(), wanted, offset);
      bytes.resize(read > 0 ? static_cast<size_t>(read) : 0);
      return bytes;
    };
    const std::optional<std::string> chunk = co_await RunOnWorker<std::string>(parts_.files, std::move(work));
    // A file that was cut while it was sent: the promised length cannot be kept, so the connection breaks off.
    if (!chunk || chunk->empty()) co_return false;
    stream_.expires_after(std::chrono::seconds(parts_.options.write_timeout_s));
    const auto [error, written] = co_await asio::async_write(stream_, asio::buffer(*chunk), kAsTuple);
    if (error) co_return false;
    slice.offset += static_cast<int64_t>(chunk->size());
    slice.length -= static_cast<int64_t>(chunk->size());
  }
  co_return true;
}

// Takes what the client still sends for a while: closing at once would make its system throw the refusal away.
asio::awaitable<void> Session::Linger() {
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  StartDeadline(kLingerSeconds);
  buffer_.clear();
  for (size_t taken = 0; taken < kLingerBytes;) {
    const auto [error, bytes] = co_await stream_.async_read_some(buffer_.prepare(kBufferBytes), kAsTuple);
    if (error) break;
    taken += bytes;
  }
}

}  // namespace fovea::api
