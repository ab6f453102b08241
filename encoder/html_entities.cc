#include "encoder/html_entities.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "encoder/unicode_text.h"

namespace fovea::encoder {
namespace {

struct Entity {
  std::string_view name;  // with its semicolon, where it has one
  char32_t first;
  char32_t second;  // 0 if the reference stands for one character
};
constexpr Entity kEntities[] = {
#include "encoder/html_entity_table.inc"
};

constexpr size_t kMostNameLength = 32;
constexpr size_t kMostTerminatedLength = 24;
constexpr char32_t kReplacement = 0xFFFD;

// What the numbers 0x80..0x9F stand for: Windows-1252, where that has a character.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool IsAsciiLetter(char32_t c) { return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z'); }
int HexValue(char32_t c) {
  if (IsDigit(c)) return static_cast<int>(c - U'0');
  const char32_t lower = c | 0x20;
  return lower >= U'a' && lower <= U'f' ? static_cast<int>(lower - U'a') + 10 : -1;
}

// The entity of that name, or nullptr. Names are ASCII.
const Entity* FindEntity(std::u32string_view name) {
  std::string ascii;
  for (const char32_t c : name) {
    if (c > 0x7E) return nullptr;
    ascii.push_back(static_cast<char>(c));
  }
  const auto* found = std::lower_bound(std::begin(kEntities), std::end(kEntities), ascii,
                                       [](const Entity& entity, const std::string& wanted) { return entity.name < wanted; });
  return found != std::end(kEntities) && found->name == ascii ? found : nullptr;
}

std::u32string TextOf(const Entity& entity) {
  return entity.second == 0 ? std::u32string(1, entity.first) : std::u32string{entity.first, entity.second};
}

std::u32string TextOfNumber(uint32_t number) {
  if (number == 0) return {kReplacement};
  if (number >= 0x80 && number <= 0x9F) return {Windows1252Character(number)};
  if ((number >= 0xD800 && number <= 0xDFFF) || number > 0x10FFFF) return {kReplacement};
  const bool control = number <= 8 || number == 0xB || (number >= 0xE && number <= 0x1F) || number == 0x7F;
  const bool noncharacter = (number >= 0xFDD0 && number <= 0xFDEF) || (number & 0xFFFE) == 0xFFFE;
  if (control || noncharacter) return {};
  return {static_cast<char32_t>(number)};
}

// A reference at the beginning of a text: how long it is and what it stands for.
struct Found {
  size_t length = 0;
  std::u32string text;
};

// "&#233;" or "&#xE9", semicolon optional.
std::optional<Found> FindNumeric(std::u32string_view text) {
  const bool hex = text.size() > 2 && (text[2] | 0x20) == U'x';
  size_t at = hex ? 3 : 2;
  const size_t digits_from = at;
  uint32_t number = 0;
  for (; at < text.size() && (hex ? HexValue(text[at]) >= 0 : IsDigit(text[at])); ++at) {
    if (number <= 0x10FFFF) number = number * (hex ? 16 : 10) + static_cast<uint32_t>(HexValue(text[at]));
  }
  if (at == digits_from) return std::nullopt;
  if (at < text.size() && text[at] == U';') ++at;
  return Found{.length = at, .text = TextOfNumber(number)};
}

bool EndsName(char32_t c) { return c == U'\t' || c == U'\n' || c == U'\f' || c == U' ' || c == U'<' || c == U'&' || c == U'#' || c == U';'; }

// "&eacute;", or the longest name that counts without semicolon at the beginning of the rest.
std::optional<Found> FindNamed(std::u32string_view text) {
  size_t end = 1;
  while (end < text.size() && end - 1 < kMostNameLength && !EndsName(text[end])) ++end;
  if (end == 1) return std::nullopt;
  if (end < text.size() && text[end] == U';') ++end;
  for (size_t length = end - 1; length >= 2; --length) {
    if (const Entity* entity = FindEntity(text.substr(1, length))) return Found{.length = length + 1, .text = TextOf(*entity)};
  }
  return std::nullopt;
}

std::optional<Found> FindReference(std::u32string_view text) {
  return text.size() > 1 && text[1] == U'#' ? FindNumeric(text) : FindNamed(text);
}

// The capitals form of a name that is all small letters, if HTML itself knows nothing that begins like it.
std::optional<Found> FindCapitals(std::u32string_view reference) {
  std::u32string lower;
  for (const char32_t c : reference.substr(1)) {
    if (c >= U'a' && c <= U'z') return std::nullopt;
    lower.push_back(IsAsciiLetter(c) ? c | 0x20 : c);
  }
  const Entity* entity = FindEntity(lower);
  if (entity == nullptr || FindNamed(reference)) return std::nullopt;
  return Found{.length = reference.size(), .text = UpperCase(TextOf(*entity))};
}

// "&", an optional "#", up to 24 letters and digits, ";".
std::optional<Found> FindTerminated(std::u32string_view text) {
  const size_t from = text.size() > 1 && text[1] == U'#' ? 2 : 1;
  size_t end = from;
  while (end < text.size() && (IsDigit(text[end]) || IsAsciiLetter(text[end]))) ++end;
  if (end == from || end - from > kMostTerminatedLength || end == text.size() || text[end] != U';') return std::nullopt;
  const std::u32string_view reference = text.substr(0, end + 1);
  if (from == 2) {
    std::optional<Found> found = FindNumeric(reference);
    // "&#59;" is left alone, as ftfy takes the semicolon it stands for as the sign of a half-read reference.
    return found && found->length == reference.size() && found->text != U";" ? found : std::nullopt;
  }
  if (const Entity* entity = FindEntity(reference.substr(1))) return Found{.length = reference.size(), .text = TextOf(*entity)};
  return FindCapitals(reference);
}

template <typename Finder>
std::u32string ReplaceReferences(std::u32string_view text, Finder find) {
  std::u32string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t next = std::min(text.find(U'&', at), text.size());
    out.append(text.substr(at, next - at));
    at = next;
    if (at == text.size()) break;
    const std::optional<Found> found = find(text.substr(at));
    out.append(found ? found->text : U"&");
    at += found ? found->length : 1;
  }
  return out;
}

}  // namespace

char32_t Windows1252Character(char32_t number) { return kWindows1252[number - 0x80]; }

std::u32string UnescapeHtml(std::u32string_view text) { return ReplaceReferences(text, FindReference); }

std::u32string UnescapeTerminatedHtml(std::u32string_view text) { return ReplaceReferences(text, FindTerminated); }

}  // namespace fovea::encoder
