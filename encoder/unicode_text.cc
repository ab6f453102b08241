#include "encoder/unicode_text.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <vector>

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

}  // namespace

std::u32string FromUtf8(std::string_view utf8) {
  return FromIcu(icu::UnicodeString::fromUTF8(icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size()))));
}

std::string ToUtf8(std::u32string_view text) {
  std::string utf8;
  return ToIcu(text).toUTF8String(utf8);
}

std::u32string Nfc(std::u32string_view text) { return Normalize(&icu::Normalizer2::getNFCInstance, text); }
std::u32string Nfkc(std::u32string_view text) { return Normalize(&icu::Normalizer2::getNFKCInstance, text); }
std::u32string LowerCase(std::u32string_view text) { return FromIcu(ToIcu(text).toLower(icu::Locale::getRoot())); }
std::u32string UpperCase(std::u32string_view text) { return FromIcu(ToIcu(text).toUpper(icu::Locale::getRoot())); }

bool IsWhitespace(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)); }
bool IsLetter(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_L_MASK) != 0; }
bool IsNumber(char32_t c) { return (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_N_MASK) != 0; }

}  // namespace fovea::encoder
