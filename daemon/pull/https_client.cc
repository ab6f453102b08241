#include "daemon/pull/https_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>

#include "base/log.h"
#include "daemon/version.h"

namespace fovea::daemon {
namespace {

constexpr int kMostRedirects = 5;
constexpr size_t kMostHeadBytes = 64 << 10;
constexpr uint64_t kMostDroppedBytes = 1 << 20;  // of a body that nobody wants

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// "https://host:port" in a form that can be compared.
Result<std::string> OriginOf(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  const auto part = [&](CURLUPart which, std::string& value) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return false;
    value = LowerCase(text);
    curl_free(text);
    return true;
  };
  std::string scheme, host, port;
  const bool whole = parsed && curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK && part(CURLUPART_SCHEME, scheme) &&
                     part(CURLUPART_HOST, host) && part(CURLUPART_PORT, port);
  if (!whole || scheme != "https") return Failed(InvalidArgument(StrCat("\"", WithoutQuery(url), "\": must be an address https://HOST/…")));
  return StrCat(scheme, "://", host, ":", port);
}

bool IsRedirect(const HttpsHead& head) {
  constexpr std::array<int, 5> kRedirects = {301, 302, 303, 307, 308};
  return std::find(kRedirects.begin(), kRedirects.end(), head.status) != kRedirects.end() && head.fields.contains("location");
}

// One request and its answer, as libcurl's callbacks fill it.
struct Exchange {
  const HttpsRequest& request;
  const std::stop_token& stop;
  HttpsHead head = {};
  size_t head_bytes = 0;
  uint64_t body_bytes = 0;
  Status fault = {};

  Status TakeHeadLine(std::string_view line) {
    head_bytes += line.size();
    if (head_bytes > kMostHeadBytes) return IoError(StrCat("the head of the answer is longer than ", kMostHeadBytes, " bytes"));
    if (line.starts_with("HTTP/")) {
      head = {};
      const size_t space = line.find(' ');
      if (space != std::string_view::npos) head.status = std::atoi(std::string(line.substr(space)).c_str());
    } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
      head.fields[LowerCase(Trimmed(line.substr(0, colon)))] = Trimmed(line.substr(colon + 1));
    } else if (Trimmed(line).empty() && head.status >= 200 && !IsRedirect(head) && request.on_head) {
      return request.on_head(head);
    }
    return {};
  }
  Status TakeBody(std::string_view bytes) {
    body_bytes += bytes.size();
    const bool wanted = (head.status == 200 || head.status == 206) && request.on_body;
    const uint64_t most = wanted ? request.most_bytes : kMostDroppedBytes;
    if (body_bytes > most) return IoError(StrCat("the answer is longer than ", most, " bytes"));
    return wanted ? request.on_body(bytes) : Status();
  }
};

size_t OnHeadLine(char* bytes, size_t, size_t size, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  exchange.fault = exchange.TakeHeadLine({bytes, size});
  return exchange.fault.ok() ? size : 0;
}

size_t OnBody(char* bytes, size_t, size_t size, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  exchange.fault = exchange.TakeBody({bytes, size});
  return exchange.fault.ok() ? size : CURL_WRITEFUNC_ERROR;
}

int OnTick(void* to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return static_cast<Exchange*>(to)->stop.stop_requested() ? 1 : 0; }

Status StatusOf(CURLcode code, std::string_view detail, const Exchange& exchange, const std::string& url) {
  if (!exchange.fault.ok()) return exchange.fault;
  const std::string what = StrCat(WithoutQuery(url), ": ", detail.empty() ? curl_easy_strerror(code) : detail);
  switch (code) {
    case CURLE_OK: return {};
    case CURLE_ABORTED_BY_CALLBACK: return Cancelled("stopped");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return IoError(StrCat("TLS: ", what, " (a certificate authority of your own: SSL_CERT_FILE=FILE)"));
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CONNECT_ERROR: return IoError(StrCat("TLS: ", what));
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: return Busy(StrCat("no connection: ", what));
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_OPERATION_TIMEDOUT: return Busy(what);
    default: return IoError(what);
  }
}

}  // namespace

std::string HttpsHead::Get(const std::string& lower_case_name) const {
  const auto found = fields.find(lower_case_name);
  return found == fields.end() ? "" : found->second;
}

namespace {

// A number of seconds, or a date.
std::optional<std::chrono::seconds> RetryAfter(const HttpsHead& head) {
  const std::string asked = head.Get("retry-after");
  if ((head.status != 429 && head.status != 503) || asked.empty()) return std::nullopt;
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(asked.data(), asked.data() + asked.size(), seconds);
  if (error == std::errc() && end == asked.data() + asked.size()) return std::chrono::seconds(std::max<int64_t>(0, seconds));
  const time_t date = curl_getdate(asked.c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::chrono::seconds(std::max<int64_t>(0, static_cast<int64_t>(date) - static_cast<int64_t>(std::time(nullptr))));
}

}  // namespace

std::string WithoutQuery(const std::string& url) { return url.substr(0, url.find('?')); }

struct HttpsClient::Impl {
  Options options;
  std::stop_token stop;
  std::unique_ptr<CURL, FreeHandle> handle;
  std::optional<std::chrono::seconds> retry_after = {};

  void SetUp(Exchange& exchange, char* detail) const;
  // One answer, which may be a redirect; `next` is where it points then.
  Status GetOnce(Exchange& exchange, const std::string& url, bool with_token, std::string& next) const;
};

void HttpsClient::Impl::SetUp(Exchange& exchange, char* detail) const {
  CURL* curl = handle.get();
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, StrCat("fovea/", Version()).c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.timeout_s));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.timeout_s));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeadLine);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, OnTick);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
}

Status HttpsClient::Impl::GetOnce(Exchange& exchange, const std::string& url, bool with_token, std::string& next) const {
  CURL* curl = handle.get();
  std::array<char, CURL_ERROR_SIZE> detail{};
  SetUp(exchange, detail.data());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  const HttpsRequest& request = exchange.request;
  std::unique_ptr<curl_slist, FreeList> fields;
  const auto add = [&](const std::string& field) { fields.reset(curl_slist_append(fields.release(), field.c_str())); };
  if (with_token) add(StrCat("Authorization: Bearer ", request.token));
  if (request.from_byte > 0) add(StrCat("Range: bytes=", request.from_byte, "-"));
  if (request.from_byte > 0) add(StrCat("If-Range: ", request.if_range));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields.get());
  const CURLcode code = curl_easy_perform(curl);
  RETURN_IF_ERROR(StatusOf(code, detail.data(), exchange, url));
  char* target = nullptr;
  if (IsRedirect(exchange.head)) curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &target);
  next = target == nullptr ? "" : target;
  return {};
}

HttpsClient::HttpsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpsClient::~HttpsClient() = default;

Result<std::unique_ptr<HttpsClient>> HttpsClient::Make(const Options& options, std::stop_token stop) {
  std::unique_ptr<CURL, FreeHandle> handle;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) handle.reset(curl_easy_init());
  if (!handle) return Failed(Internal("libcurl cannot be started"));
  return std::unique_ptr<HttpsClient>(new HttpsClient(std::make_unique<Impl>(Impl{.options = options, .stop = std::move(stop), .handle = std::move(handle)})));
}

Result<HttpsHead> HttpsClient::Get(const HttpsRequest& request) {
  ASSIGN_OR_RETURN(const std::string home, OriginOf(request.url));
  std::string url = request.url;
  for (int hop = 0; hop <= kMostRedirects; ++hop) {
    const auto origin = OriginOf(url);
    if (!origin) return Failed(IoError(StrCat(WithoutQuery(request.url), ": redirected to ", origin.error().message())));
    Exchange exchange{.request = request, .stop = impl_->stop};
    std::string next;
    const Status status = impl_->GetOnce(exchange, url, !request.token.empty() && *origin == home, next);
    impl_->retry_after = RetryAfter(exchange.head);  // also of an answer that on_head refused
    RETURN_IF_ERROR(status);
    if (next.empty()) return std::move(exchange.head);
    url = std::move(next);
  }
  return Failed(IoError(StrCat(WithoutQuery(request.url), ": more than ", kMostRedirects, " redirects")));
}

std::optional<std::chrono::seconds> HttpsClient::retry_after() const { return impl_->retry_after; }

}  // namespace fovea::daemon
