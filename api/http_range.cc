#include "api/http_range.h"

#include <algorithm>
#include <charconv>

namespace fovea::api {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// Digits only; a number beyond 64 bits is the largest one, which no file reaches.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc::result_out_of_range ? INT64_MAX : value;
}

}  // namespace

Answer<std::optional<ByteRange>> RequestedRange(const Request& request, int64_t total_bytes, std::string_view etag) {
  std::string_view range = request.HeaderOr("range");
  if (!range.starts_with("bytes=") || range.contains(',')) return std::nullopt;
  if (const auto condition = request.FindHeader("if-range"); condition && *condition != etag) return std::nullopt;
  range.remove_prefix(6);
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = ParseOffset(Trimmed(range.substr(0, dash)));
  const auto last = ParseOffset(Trimmed(range.substr(dash + 1)));
  const bool has_first = !Trimmed(range.substr(0, dash)).empty();
  const bool has_last = !Trimmed(range.substr(dash + 1)).empty();
  if ((has_first && !first) || (has_last && !last) || (!has_first && !has_last)) return std::nullopt;
  if (has_first && has_last && *last < *first) return std::nullopt;

  ByteRange part{.first = has_first ? *first : total_bytes - std::min(*last, total_bytes), .last = total_bytes - 1};
  if (has_first && has_last) part.last = std::min(*last, total_bytes - 1);
  if (part.first >= total_bytes) {
    Problem problem{.fault = Fault::kRangeNotSatisfiable, .detail = "the file has " + std::to_string(total_bytes) + " bytes"};
    problem.headers.push_back({"Content-Range", "bytes */" + std::to_string(total_bytes)});
    return std::unexpected(std::move(problem));
  }
  return part;
}

bool IsNotModified(const Request& request, std::string_view etag) {
  for (const Header& header : request.headers) {
    if (header.name != "if-none-match") continue;
    std::string_view list = header.value;
    while (!list.empty()) {
      const size_t comma = list.find(',');
      std::string_view entry = Trimmed(list.substr(0, comma));
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
      if (entry == "*") return true;
      if (entry.starts_with("W/")) entry.remove_prefix(2);
      if (entry == etag) return true;
    }
  }
  return false;
}

Response NotModified(std::string_view etag, std::string cache_control) {
  Response response{.status = 304};
  response.Set("ETag", std::string(etag));
  response.Set("Cache-Control", std::move(cache_control));
  return response;
}

}  // namespace fovea::api
