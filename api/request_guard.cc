#include "api/request_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/log.h"

namespace fovea::api {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

struct HostPort {
  std::string host;  // lower case, without brackets
  std::string port;  // empty if none is given
};

// "name", "name:8642", "[::1]:8642"
std::optional<HostPort> ParseHost(std::string_view text) {
  std::string_view host = text.substr(0, text.find(':'));
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    text.remove_prefix(host.size());
  }
  if (host.empty() || host.find_first_of("/@ \\?#") != std::string_view::npos) return std::nullopt;
  if (!text.empty() && (!text.starts_with(':') || text.find_first_not_of("0123456789", 1) != std::string_view::npos)) return std::nullopt;
  return HostPort{LowerCase(host), std::string(text.empty() ? text : text.substr(1))};
}

bool IsLiteral(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool IsLoopback(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool ChangesState(const Request& request) { return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS"; }

}  // namespace

RequestGuard::RequestGuard(std::string address, std::vector<std::string> allowed_hosts)
    : address_(LowerCase(address)), any_address_(address == "0.0.0.0" || address == "::"), allowed_(std::move(allowed_hosts)) {
  for (std::string& name : allowed_) name = LowerCase(name);
}

bool RequestGuard::IsOurHost(std::string_view text) const {
  const auto parsed = ParseHost(text);
  if (!parsed) return false;
  const std::string& host = parsed->host;
  if (host == "localhost" || host == address_ || IsLoopback(host)) return true;
  if (any_address_ && IsLiteral(host)) return true;
  return std::ranges::find(allowed_, host) != allowed_.end() || std::ranges::find(allowed_, LowerCase(text)) != allowed_.end();
}

Answer<void> RequestGuard::Check(const Request& request) const {
  const auto hosts = std::ranges::count(request.headers, "host", &Header::name);
  if (hosts != 1) return Refuse(Fault::kInvalidRequest, "a request must have one Host header");
  const std::string_view host = request.HeaderOr("host");
  if (!IsOurHost(host)) {
    return Refuse(Fault::kHostNotAllowed, StrCat("the Host \"", host.substr(0, 100), "\" is not served here; the setting `allowed_hosts` adds names"));
  }
  TRY(CheckOrigin(request, host));
  return CheckFetchSite(request);
}

Answer<void> RequestGuard::CheckOrigin(const Request& request, std::string_view host_header) const {
  const auto origin = request.FindHeader("origin");
  if (!origin) return {};
  const size_t scheme_end = origin->find("://");
  const std::string scheme = LowerCase(origin->substr(0, scheme_end == std::string_view::npos ? 0 : scheme_end));
  if (scheme == "http" || scheme == "https") {
    const std::string_view authority = origin->substr(scheme_end + 3);
    const auto theirs = ParseHost(authority);
    const auto ours = ParseHost(host_header);
    const auto port = [&](const HostPort& host) { return host.port.empty() ? (scheme == "http" ? "80" : "443") : host.port; };
    if (theirs && ours && theirs->host == ours->host && port(*theirs) == port(*ours)) return {};
    const auto is_allowed = [&](const std::string& name) { return std::ranges::find(allowed_, name) != allowed_.end(); };
    if (theirs && (is_allowed(theirs->host) || is_allowed(LowerCase(authority)))) return {};
  }
  return Refuse(Fault::kOriginNotAllowed, StrCat("requests from the origin \"", origin->substr(0, 100), "\" are refused"));
}

Answer<void> RequestGuard::CheckFetchSite(const Request& request) const {
  const auto site = request.FindHeader("sec-fetch-site");
  if (!site || *site == "same-origin" || *site == "none") return {};
  // An Origin that passed belongs to an allowed host; browsers send it with everything that changes something.
  if (ChangesState(request) ? request.FindHeader("origin").has_value() : *site == "same-site") return {};
  // Following a link from another site is fine; loading our pictures into another site's page is not.
  if (!ChangesState(request) && request.HeaderOr("sec-fetch-mode") == "navigate") return {};
  return Refuse(Fault::kOriginNotAllowed, "requests from pages of other sites are refused");
}

}  // namespace fovea::api
