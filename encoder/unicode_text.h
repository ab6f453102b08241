#pragma once
// Unicode text as code points: the few operations that cleaning and splitting a text need, done by ICU.
//
// Owns:    nothing; letters newer than ICU stand in newer_letters.inc, written by make_newer_letters.py.
// Threads: any.
// Errors:  none; bytes that are not UTF-8 become U+FFFD.
// Units:   code points, UTF-8 bytes.
#include <string>
#include <string_view>

namespace fovea::encoder {

std::u32string FromUtf8(std::string_view utf8);
std::string ToUtf8(std::u32string_view text);

// Canonical and compatibility composition.
std::u32string Nfc(std::u32string_view text);
std::u32string Nfkc(std::u32string_view text);
// Full mappings of no particular language: İ becomes two characters, a final sigma is one.
std::u32string LowerCase(std::u32string_view text);
std::u32string UpperCase(std::u32string_view text);

bool IsWhitespace(char32_t c);  // the property White_Space
bool IsLetter(char32_t c);      // general categories L*
bool IsNumber(char32_t c);      // general categories N*
bool IsDecimalDigit(char32_t c);  // general category Nd

}  // namespace fovea::encoder
