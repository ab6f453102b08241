#include "tests/support/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace fovea::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

bool Names(const HttpHeaders& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const auto& header) { return beast::iequals(header.first, name); });
}

std::string TextOf(const HttpCall& call) {
  std::string text = call.method + " " + call.target + " HTTP/1.1\r\n";
  HttpHeaders headers = call.headers;
  if (!Names(headers, "Host")) headers.emplace_back("Host", "localhost");
  if (!call.body.empty()) {
    headers.emplace_back("Content-Length", std::to_string(call.body.size()));
    if (!Names(headers, "Content-Type")) headers.emplace_back("Content-Type", "application/json");
  }
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text + "\r\n" + call.body;
}

}  // namespace

struct HttpClient::Impl {
  // Runs what was started to its end, or until the deadline of the stream.
  template <typename Start>
  error_code Await(const Start& start) {
    error_code result;
    stream.expires_after(deadline);
    start([&](const error_code& error, auto...) { result = error; });
    io.restart();
    io.run();
    return result;
  }

  std::chrono::milliseconds deadline{};
  asio::io_context io;
  beast::tcp_stream stream{io};
  beast::flat_buffer buffer;
  error_code connected;
};

std::string HttpReply::Header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) { return beast::iequals(header.first, name); });
  return found == headers.end() ? std::string() : found->second;
}

HttpClient::HttpClient(uint16_t port, std::chrono::milliseconds deadline) : impl_(std::make_unique<Impl>()) {
  impl_->deadline = deadline;
  const asio::ip::tcp::endpoint server(asio::ip::address_v4::loopback(), port);
  impl_->connected = impl_->Await([&](auto done) { impl_->stream.async_connect(server, done); });
}

HttpClient::~HttpClient() = default;

HttpReply HttpClient::Send(const HttpCall& call) {
  // A server may refuse and answer while the rest of a body is still on its way: the reply counts.
  SendRaw(TextOf(call));
  return ReadReply(call.method == "HEAD" ? Expect::kHeadOnly : Expect::kBody);
}

bool HttpClient::SendRaw(std::string_view bytes) {
  if (impl_->connected) return false;
  return !impl_->Await([&](auto done) { asio::async_write(impl_->stream, asio::buffer(bytes.data(), bytes.size()), done); });
}

HttpReply HttpClient::ReadReply(Expect expect) {
  if (impl_->connected) return {.body = impl_->connected.message()};
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(expect == Expect::kHeadOnly);
  const error_code error = impl_->Await([&](auto done) { http::async_read(impl_->stream, impl_->buffer, parser, done); });
  if (error) return {.body = error.message()};
  HttpReply reply{.status = static_cast<int>(parser.get().result_int())};
  for (const auto& field : parser.get()) reply.headers.emplace_back(field.name_string(), field.value());
  reply.body = std::move(parser.get().body());
  return reply;
}

bool HttpClient::ReadsEnd() {
  std::array<char, 4096> bytes{};
  error_code error = impl_->connected;
  while (!error) {
    error = impl_->Await([&](auto done) { impl_->stream.async_read_some(asio::buffer(bytes), done); });
  }
  return error != beast::error::timeout;
}

}  // namespace fovea::test
