#include "encoder/lenient_utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace fovea::encoder {
namespace {

constexpr uint8_t kLost = 0x1A;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// A pattern is a test for each of its bytes.
using ByteTest = bool (*)(uint8_t);
using Pattern = std::array<ByteTest, 6>;  // up to the first nullptr

template <uint8_t from, uint8_t to>
bool In(uint8_t byte) {
  return byte >= from && byte <= to;
}
bool IsSpace(uint8_t byte) { return byte == ' '; }
bool IsRest(uint8_t byte) { return In<0x80, 0xBF>(byte); }
bool IsLost(uint8_t byte) { return byte == kLost; }
bool IsQuestion(uint8_t byte) { return byte == '?'; }
bool IsLostOrQuestion(uint8_t byte) { return IsLost(byte) || IsQuestion(byte); }
bool IsRestOrLost(uint8_t byte) { return IsRest(byte) || IsLost(byte); }
bool IsAny(uint8_t byte) { return IsRestOrLost(byte) || IsQuestion(byte); }
// Leads that make a likely character before byte A0, and other bytes that make one beside it.
bool IsLeadOfA0(uint8_t byte) { return byte == 0xC2 || byte == 0xC3 || byte == 0xC5 || byte == 0xCE || byte == 0xD0 || byte == 0xD9; }
bool IsBesideA0(uint8_t byte) { return IsRest(byte) && byte != 0x85 && byte != 0xA0; }

constexpr Pattern kAlteredA0[] = {
    {IsLeadOfA0, IsSpace},
    {In<0xE2, 0xE3>, IsSpace, IsBesideA0},
    {In<0xE0, 0xE3>, IsBesideA0, IsSpace},
    {In<0xF0, 0xF0>, IsSpace, IsRest, IsRest},
    {In<0xF0, 0xF0>, IsRest, IsSpace, IsRest},
    {In<0xF0, 0xF0>, IsRest, IsRest, IsSpace},
};

constexpr Pattern kLossy[] = {
    {In<0xC2, 0xDF>, IsLost},
    {In<0xC2, 0xC3>, IsQuestion},
    {In<0xED, 0xED>, In<0xA0, 0xAF>, IsLostOrQuestion, In<0xED, 0xED>, In<0xB0, 0xBF>, IsAny},
    {In<0xED, 0xED>, In<0xA0, 0xAF>, IsAny, In<0xED, 0xED>, In<0xB0, 0xBF>, IsLostOrQuestion},
    {In<0xE0, 0xEF>, IsLostOrQuestion, IsRestOrLost},
    {In<0xE0, 0xEF>, IsRestOrLost, IsLostOrQuestion},
    {In<0xF0, 0xF4>, IsLostOrQuestion, IsRestOrLost, IsRestOrLost},
    {In<0xF0, 0xF4>, IsRestOrLost, IsLostOrQuestion, IsRestOrLost},
    {In<0xF0, 0xF4>, IsRestOrLost, IsRestOrLost, IsLostOrQuestion},
    {IsLost},
};

// The length of the first pattern that `bytes` begins with, or 0.
size_t MatchLength(std::string_view bytes, std::span<const Pattern> patterns) {
  for (const Pattern& pattern : patterns) {
    const size_t length = static_cast<size_t>(std::find(pattern.begin(), pattern.end(), nullptr) - pattern.begin());
    if (length > bytes.size()) continue;
    size_t at = 0;
    while (at < length && pattern[at](static_cast<uint8_t>(bytes[at]))) ++at;
    if (at == length) return length;
  }
  return 0;
}

template <typename Replace>
std::string ReplaceMatches(std::string_view bytes, std::span<const Pattern> patterns, Replace replace) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = MatchLength(bytes, patterns);
    if (length > 0) out += replace(bytes.substr(0, length));
    if (length == 0) out.push_back(bytes.front());
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

// "Ã la" was "à la": the space stays beside the A0. Not in the Portuguese words à, àquele, àquela, àquilo, às.
std::string SplitGraveWords(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); ++i) {
    out.push_back(bytes[i]);
    if (!bytes.substr(i).starts_with("\xC3 ")) continue;
    const std::string_view rest = bytes.substr(i + 2);
    const bool portuguese = rest.starts_with(' ') || rest.starts_with("quele") || rest.starts_with("quela") || rest.starts_with("quilo") || rest.starts_with("s ");
    if (!portuguese) out.push_back('\xA0');
  }
  return out;
}

uint32_t At(std::string_view bytes, size_t i) { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0; }

struct Decoded {
  size_t length = 0;  // 0 if the bytes are none
  char32_t point = 0;
};

// ED A0..AF xx ED B0..BF xx. As in ftfy, a line's last line feed passes for the last byte.
Decoded DecodeSurrogates(std::string_view bytes) {
  const bool begins = At(bytes, 0) == 0xED && (At(bytes, 1) & 0xF0) == 0xA0 && (At(bytes, 2) & 0xC0) == 0x80 && At(bytes, 3) == 0xED &&
                      (At(bytes, 4) & 0xF0) == 0xB0;
  const bool ends = (At(bytes, 5) & 0xC0) == 0x80 || (At(bytes, 5) == '\n' && bytes.size() == 6);
  if (!begins || !ends) return {};
  return {6, ((At(bytes, 1) & 0x0F) << 16) + ((At(bytes, 2) & 0x3F) << 10) + ((At(bytes, 4) & 0x0F) << 6) + (At(bytes, 5) & 0x3F) + 0x10000};
}

Decoded DecodeStrict(std::string_view bytes) {
  const uint32_t lead = At(bytes, 0);
  if (lead < 0x80) return {1, lead};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t point = lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((At(bytes, i) & 0xC0) != 0x80) return {};
    point = point << 6 | (At(bytes, i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (lead < 0xC0 || lead > 0xF4 || point < kLeast[length] || point > 0x10FFFF || surrogate) return {};
  return {length, point};
}

Decoded DecodeNext(std::string_view bytes) {
  const bool null = At(bytes, 0) == 0xC0 && (At(bytes, 1) == 0x80 || bytes == "\xC0\n");
  if (null) return {2, 0};
  const Decoded pair = DecodeSurrogates(bytes);
  return pair.length > 0 ? pair : DecodeStrict(bytes);
}

}  // namespace

std::string RestoreByteA0(std::string_view bytes) {
  return ReplaceMatches(SplitGraveWords(bytes), kAlteredA0, [](std::string_view match) {
    std::string out(match);
    std::replace(out.begin(), out.end(), ' ', '\xA0');
    return out;
  });
}

std::string ReplaceLostSequences(std::string_view bytes) {
  return ReplaceMatches(bytes, kLossy, [](std::string_view) { return kReplacement; });
}

std::optional<std::u32string> DecodeLenientUtf8(std::string_view bytes) {
  std::u32string text;
  while (!bytes.empty()) {
    const Decoded next = DecodeNext(bytes);
    if (next.length == 0) return std::nullopt;
    text.push_back(next.point);
    bytes.remove_prefix(next.length);
  }
  return text;
}

}  // namespace fovea::encoder
