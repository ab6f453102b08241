#include "encoder/mojibake_characters.h"

#include <algorithm>

namespace fovea::encoder {
namespace {

struct Character {
  char16_t point;
  uint32_t kinds;
  std::array<uint8_t, kCodePages.size() - 1> bytes;  // in the pages after Latin-1; 0 if the page lacks the character
};
constexpr Character kCharacters[] = {
#include "encoder/mojibake_table.inc"
};

const Character* FindCharacter(char32_t c) {
  const auto* found =
      std::lower_bound(std::begin(kCharacters), std::end(kCharacters), c, [](const Character& known, char32_t wanted) { return known.point < wanted; });
  return found != std::end(kCharacters) && found->point == c ? found : nullptr;
}

// The byte of `c`, or -1.
int ByteOf(char32_t c, CodePage page) {
  constexpr char32_t kSubstitute = 0x1A;
  if (c < 0x80) return c == kSubstitute && IsLenient(page) ? -1 : static_cast<int>(c);
  if (page == CodePage::kLatin1) return c <= 0xFF ? static_cast<int>(c) : -1;
  const Character* found = FindCharacter(c);
  const int byte = found == nullptr ? 0 : found->bytes[static_cast<size_t>(page) - 1];
  return byte == 0 ? -1 : byte;
}

}  // namespace

uint32_t MojibakeKindsOf(char32_t c) {
  if (c < 0x80) return c == U' ' ? kContinuation : 0;
  const Character* found = FindCharacter(c);
  return found == nullptr ? 0 : found->kinds;
}

std::optional<std::string> ToCodePage(std::u32string_view text, CodePage page) {
  std::string bytes;
  bytes.reserve(text.size());
  for (const char32_t c : text) {
    const int byte = ByteOf(c, page);
    if (byte < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace fovea::encoder
