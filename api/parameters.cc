#include "api/parameters.h"

#include <algorithm>
#include <charconv>

namespace fovea::api {
namespace {

constexpr size_t kShownBytes = 40;

// The value as it may stand in a message: short.
std::string Shown(std::string_view value) {
  if (value.size() <= kShownBytes) return std::string(value);
  size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;  // not within a character
  return std::string(value.substr(0, end)) + "…";
}

// Digits with at most one minus sign before them.
bool LooksLikeInteger(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string RangeText(std::string_view name, const IntegerRange& range, std::string_view given) {
  return std::string(name) + " must be between " + std::to_string(range.min) + " and " + std::to_string(range.max) + ", not " +
         Shown(given);
}

Answer<void> OnlyParameters(const Request& request, std::initializer_list<std::string_view> known) {
  for (auto it = request.query.begin(); it != request.query.end(); ++it) {
    if (std::ranges::find(known, it->name) == known.end()) {
      return RefuseParameter(Fault::kUnknownField, Shown(it->name), "this address takes no parameter \"" + Shown(it->name) + "\"");
    }
    if (std::any_of(request.query.begin(), it, [&](const Parameter& earlier) { return earlier.name == it->name; })) {
      return RefuseParameter(Fault::kInvalidArgument, it->name, it->name + " is given more than once");
    }
  }
  return {};
}

std::optional<std::string_view> FindParameter(const Request& request, std::string_view name) {
  for (const Parameter& parameter : request.query) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

Answer<int64_t> IntegerParameter(const Request& request, const std::string& name, const IntegerRange& range) {
  const auto text = FindParameter(request, name);
  if (!text) return range.otherwise;
  if (!LooksLikeInteger(*text)) return RefuseParameter(Fault::kWrongType, name, name + " must be an integer, not \"" + Shown(*text) + "\"");
  int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || value < range.min || value > range.max) {
    return RefuseParameter(Fault::kOutOfRange, name, RangeText(name, range, *text));
  }
  return value;
}

Answer<bool> BooleanParameter(const Request& request, const std::string& name) {
  const auto text = FindParameter(request, name);
  if (!text || *text == "false") return false;
  if (*text == "true") return true;
  return RefuseParameter(Fault::kWrongType, name, name + " must be true or false, not \"" + Shown(*text) + "\"");
}

Answer<uint64_t> IdOf(const Request& request, uint64_t max, std::string_view kind) {
  if (!LooksLikeInteger(request.id)) {
    return RefuseParameter(Fault::kWrongType, "id", "the id of a " + std::string(kind) + " is an integer, not \"" + Shown(request.id) + "\"");
  }
  uint64_t id = 0;
  const auto parsed = std::from_chars(request.id.data(), request.id.data() + request.id.size(), id);
  if (parsed.ec != std::errc() || id == 0 || id > max) {
    return RefuseParameter(Fault::kNotFound, "id", "there is no " + std::string(kind) + " " + Shown(request.id));
  }
  return id;
}

}  // namespace fovea::api
