#include "api/url.h"

#include <cctype>
#include <optional>

#include "api/utf8.h"

namespace fovea::api {
namespace {

enum class Plus { kPlus, kSpace };

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> DecodePercent(std::string_view text, Plus plus) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kSpace) {
      bytes += ' ';
    } else if (text[i] != '%') {
      bytes += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = HexDigit(text[i + 1]);
      const auto low = HexDigit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      bytes += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
  }
  return bytes;
}

// Cuts `text` at the first `separator` and returns what stood before it.
std::string_view CutFront(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return front;
}

Answer<std::vector<Parameter>> ParseQuery(std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    std::string_view value = CutFront(query, '&');
    if (value.empty()) continue;
    const std::string_view name = CutFront(value, '=');
    auto decoded_name = DecodePercent(name, Plus::kSpace);
    if (!decoded_name || !IsUtf8(*decoded_name)) return Refuse(Fault::kInvalidEncoding, "a name in the query cannot be decoded");
    auto decoded_value = DecodePercent(value, Plus::kSpace);
    if (!decoded_value) {
      return RefuseParameter(Fault::kInvalidEncoding, *decoded_name, "\"%\" must be followed by two hexadecimal digits");
    }
    if (!IsUtf8(*decoded_value)) return RefuseParameter(Fault::kInvalidUtf8, *decoded_name, "the value is not valid UTF-8");
    parameters.push_back({std::move(*decoded_name), std::move(*decoded_value)});
  }
  return parameters;
}

// "http://host/path" -> "/path"
std::string_view WithoutAuthority(std::string_view target) {
  const size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  const size_t path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

Answer<Target> ParseTarget(std::string_view target) {
  target = WithoutAuthority(target);
  target = target.substr(0, target.find('#'));
  const std::string_view raw_path = CutFront(target, '?');
  auto path = DecodePercent(raw_path, Plus::kPlus);
  if (!path) return Refuse(Fault::kInvalidEncoding, "\"%\" in the path must be followed by two hexadecimal digits");
  if (!IsUtf8(*path)) return Refuse(Fault::kInvalidUtf8, "the path is not valid UTF-8");
  if (!path->starts_with('/') && *path != "*") return Refuse(Fault::kInvalidRequest, "the path must begin with \"/\"");
  TRY_ASSIGN(auto query, ParseQuery(target));
  return Target{.path = std::move(*path), .query = std::move(query)};
}

std::string EncodePercent(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) != 0 || std::string_view("-._~").contains(c))) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

}  // namespace fovea::api
