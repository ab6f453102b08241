#include "daemon/http_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>

#include "base/log.h"

namespace fovea::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr uint64_t kMaxAnswerBytes = uint64_t{256} << 20;

struct HostPort {
  std::string host;
  std::string port = "80";
};

Result<HostPort> ParseUrl(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = url;
  if (!rest.starts_with(kScheme)) return Failed(InvalidArgument(StrCat("server \"", url, "\": must begin with http://")));
  rest.remove_prefix(kScheme.size());
  rest = rest.substr(0, rest.find('/'));
  HostPort parsed;
  const size_t colon = rest.rfind(':');
  const bool bracketed = rest.starts_with('[');
  const size_t bracket = rest.rfind(']');
  const bool has_port = colon != std::string_view::npos && (!bracketed || colon > bracket);
  std::string_view host = has_port ? rest.substr(0, colon) : rest;
  if (bracketed && host.size() > 2) host = host.substr(1, host.size() - 2);
  parsed.host = host;
  if (has_port) parsed.port = rest.substr(colon + 1);
  if (parsed.host.empty() || parsed.port.empty()) return Failed(InvalidArgument(StrCat("server \"", url, "\": must be http://HOST:PORT")));
  return parsed;
}

http::request<http::string_body> MakeRequest(const HttpQuestion& question, const HostPort& to) {
  const http::verb verb = question.json_body.empty() ? http::verb::get : http::verb::post;
  http::request<http::string_body> request(verb, question.target, 11);
  const bool v6 = to.host.find(':') != std::string::npos;
  request.set(http::field::host, StrCat(v6 ? "[" : "", to.host, v6 ? "]" : "", ":", to.port));
  request.set(http::field::accept, "application/json");
  request.set(http::field::connection, "close");
  if (!question.json_body.empty()) {
    request.set(http::field::content_type, "application/json");
    request.body() = question.json_body;
  }
  request.prepare_payload();
  return request;
}

asio::awaitable<HttpAnswer> Exchange(HostPort to, http::request<http::string_body> request, std::chrono::seconds deadline) {
  asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto addresses = co_await resolver.async_resolve(to.host, to.port, asio::use_awaitable);
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(deadline);
  co_await stream.async_connect(addresses, asio::use_awaitable);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxAnswerBytes);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return HttpAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace

Result<HttpAnswer> Ask(const HttpQuestion& question) {
  ASSIGN_OR_RETURN(const HostPort to, ParseUrl(question.url));
  std::optional<HttpAnswer> answer;
  std::string fault;
  const auto done = [&](const std::exception_ptr& thrown, HttpAnswer got) {
    if (!thrown) {
      answer = std::move(got);
      return;
    }
    try {
      std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& e) {
      fault = e.code().message();
    } catch (const std::exception& e) {
      fault = e.what();
    }
  };
  asio::io_context io(1);
  asio::co_spawn(io, Exchange(to, MakeRequest(question, to), question.deadline), done);
  io.run();
  if (!answer) return Failed(IoError(StrCat("ask ", question.url, question.target, ": ", fault)));
  return *std::move(answer);
}

}  // namespace fovea::daemon
