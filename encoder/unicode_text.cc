#include "encoder/unicode_text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

namespace fovea::encoder {
namespace {

icu::UnicodeString ToIcu(std::u32string_view text) {
  return icu::UnicodeString::fromUTF32(reinterpret_cast<const UChar32*>(text.data()), static_cast<int32_t>(text.size()));
}

std::u32string FromIcu(const icu::UnicodeString& text) {
  std::u32string out;
  out.reserve(static_cast<size_t>(text.length()));
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) out.push_back(static_cast<char32_t>(text.char32At(at)));
  return out;
}

// ICU fails here only if its data are missing from the library; the text then stays as it is.
std::u32string Normalize(const icu::Normalizer2* (*form)(UErrorCode&), std::u32string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = form(error);
  if (U_FAILURE(error)) return std::u32string(text);
  const icu::UnicodeString normal = normalizer->normalize(ToIcu(text), error);
  return U_FAILURE(error) ? std::u32string(text) : FromIcu(normal);
}

// Letters and numbers that ICU may be too old to know.
struct NewerLetters {
  char32_t first, last;
  bool letters;  // or numbers
};
constexpr NewerLetters kNewerLetters[] = {
#include "encoder/newer_letters.inc"
};

bool IsLetterOrNumber(char32_t c, uint32_t categories, bool letter) {
  const uint32_t category = U_GET_GC_MASK(static_cast<UChar32>(c));
  if ((category & U_GC_CN_MASK) == 0) return (category & categories) != 0;
  const auto* found = std::lower_bound(std::begin(kNewerLetters), std::end(kNewerLetters), c,
                                       [](const NewerLetters& range, char32_t wanted) { return range.last < wanted; });
  return found != std::end(kNewerLetters) && found->first <= c && found->letters == letter;
}

}  // namespace

std::u32string FromUtf8(std::string_view utf8) {
  return FromIcu(icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size()))));
}

std::string ToUtf8(std::u32string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  for (const char32_t c : text) {
    const auto put = [&utf8](char32_t byte) { utf8.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
      put(c);
      continue;
    }
    if (c >= 0x10000) put(0xF0 | c >> 18);
    if (c >= 0x800) put(c >= 0x10000 ? 0x80 | (c >> 12 & 0x3F) : 0xE0 | c >> 12);
    put(c >= 0x800 ? 0x80 | (c >> 6 & 0x3F) : 0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  }
  return utf8;
}

std::u32string Nfc(std::u32string_view text) { return Normalize(&icu::Normalizer2::getNFCInstance, text); }
std::u32string Nfkc(std::u32string_view text) { return Normalize(&icu::Normalizer2::getNFKCInstance, text); }
std::u32string LowerCase(std::u32string_view text) { return FromIcu(ToIcu(text).toLower(icu::Locale::getRoot())); }
std::u32string UpperCase(std::u32string_view text) { return FromIcu(ToIcu(text).toUpper(icu::Locale::getRoot())); }

bool IsWhitespace(char32_t c) {
  return c < 0x80 ? c == U' ' || (c >= 0x9 && c <= 0xD) : u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}
bool IsLetter(char32_t c) { return IsLetterOrNumber(c, U_GC_L_MASK, true); }
bool IsNumber(char32_t c) { return IsLetterOrNumber(c, U_GC_N_MASK, false); }
bool IsDecimalDigit(char32_t c) { return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER; }

}  // namespace fovea::encoder
