#include "api/cursor.h"

#include <charconv>

#include "api/base64.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

constexpr std::string_view kPhotos = "p1:";
constexpr std::string_view kFailures = "f1:";
constexpr std::string_view kDuplicates = "d1:";

// What stands behind `prefix` in the decoded cursor; nothing when no cursor is given.
Answer<std::optional<std::string>> Decode(const Request& request, std::string_view prefix) {
  const auto text = FindParameter(request, "cursor");
  if (!text) return std::nullopt;
  const auto decoded = DecodeBase64Url(*text);
  if (!decoded || !decoded->starts_with(prefix)) {
    return RefuseParameter(Fault::kInvalidCursor, "cursor", "cursor must be a `next` of this list");
  }
  return decoded->substr(prefix.size());
}

template <typename Integer>
Answer<Integer> ParseNumber(std::string_view text) {
  Integer value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) return value;
  return RefuseParameter(Fault::kInvalidCursor, "cursor", "cursor must be a `next` of this list");
}

}  // namespace

std::string PhotoCursor(storage::PhotoId last_shown) { return EncodeBase64Url(std::string(kPhotos) + std::to_string(last_shown.value)); }

std::string FailureCursor(const storage::Location& last_shown) {
  return EncodeBase64Url(std::string(kFailures) + std::to_string(last_shown.root.value) + ":" + last_shown.path);
}

std::string DuplicateCursor(const indexer::DuplicatePlace& next) {
  return EncodeBase64Url(std::string(kDuplicates) + std::to_string(next.run) + ":" + std::to_string(next.group));
}

Answer<storage::PhotoId> PhotoCursorOf(const Request& request) {
  TRY_ASSIGN(const auto text, Decode(request, kPhotos));
  if (!text) return storage::PhotoId{};
  TRY_ASSIGN(const uint64_t id, ParseNumber<uint64_t>(*text));
  return storage::PhotoId{id};
}

Answer<std::optional<storage::Location>> FailureCursorOf(const Request& request) {
  TRY_ASSIGN(const auto text, Decode(request, kFailures));
  if (!text) return std::nullopt;
  const size_t colon = text->find(':');
  TRY_ASSIGN(const uint32_t root, ParseNumber<uint32_t>(std::string_view(*text).substr(0, colon)));
  if (colon == std::string::npos) return RefuseParameter(Fault::kInvalidCursor, "cursor", "cursor must be a `next` of this list");
  return storage::Location{.root = {root}, .path = text->substr(colon + 1)};
}

Answer<std::optional<indexer::DuplicatePlace>> DuplicateCursorOf(const Request& request) {
  TRY_ASSIGN(const auto text, Decode(request, kDuplicates));
  if (!text) return std::nullopt;
  const std::string_view numbers = *text;
  const size_t colon = numbers.find(':');
  TRY_ASSIGN(const uint64_t run, ParseNumber<uint64_t>(numbers.substr(0, colon)));
  TRY_ASSIGN(const size_t group, ParseNumber<size_t>(colon == std::string_view::npos ? "" : numbers.substr(colon + 1)));
  return indexer::DuplicatePlace{.run = run, .group = group};
}

}  // namespace fovea::api
