#pragma once
// The characters that occur in UTF-8 read with a wrong code page: what kind each is, and the byte it stands for in each page.
//
// Owns:    nothing; the table is mojibake_table.inc, written by make_mojibake_table.py. The kinds are ftfy's.
// Threads: any.
// Errors:  ToCodePage: nullopt if the page lacks a character of the text.
// Units:   code points, bytes.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fovea::encoder {

// Bits; a character may have several. The order is that of make_mojibake_table.py.
constexpr uint32_t kCommonSign = 1U << 0;
constexpr uint32_t kC1Control = 1U << 1;
constexpr uint32_t kBadSign = 1U << 2;  // hardly ever meant
constexpr uint32_t kLawSign = 1U << 3;
constexpr uint32_t kCurrencySign = 1U << 4;
constexpr uint32_t kOpening = 1U << 5;  // punctuation before a word
constexpr uint32_t kClosing = 1U << 6;
constexpr uint32_t kNumericSign = 1U << 7;
constexpr uint32_t kFacePart = 1U << 8;  // used to draw faces, so not suspicious by itself
constexpr uint32_t kUpperAccented = 1U << 9;
constexpr uint32_t kLowerAccented = 1U << 10;
constexpr uint32_t kUpperCommon = 1U << 11;
constexpr uint32_t kLowerCommon = 1U << 12;
constexpr uint32_t kBoxDrawing = 1U << 13;
constexpr uint32_t kFirstOfTwo = 1U << 14;  // in some page the first byte of a UTF-8 sequence of two
constexpr uint32_t kFirstOfThree = 1U << 15;
constexpr uint32_t kFirstOfFour = 1U << 16;
constexpr uint32_t kContinuation = 1U << 17;  // in some page a later byte of a UTF-8 sequence; also a space, which may have been byte A0
constexpr uint32_t kContinuationOnly = 1U << 18;  // those of them that rarely stand for themselves
constexpr int kMojibakeKinds = 19;

// Every kind of `c`, 0 for most characters.
uint32_t MojibakeKindsOf(char32_t c);

// The pages in the order in which they are tried. The Windows ones are lenient: bytes without a character stand for
// themselves, and U+FFFD for byte 1A, of which nothing but its place is known.
enum class CodePage { kLatin1, kWindows1252, kWindows1251, kWindows1250, kWindows1253, kWindows1254, kWindows1257, kIso8859_2, kMacRoman, kDos437 };
inline constexpr std::array kCodePages = {CodePage::kLatin1,      CodePage::kWindows1252, CodePage::kWindows1251, CodePage::kWindows1250,
                                          CodePage::kWindows1253, CodePage::kWindows1254, CodePage::kWindows1257, CodePage::kIso8859_2,
                                          CodePage::kMacRoman,    CodePage::kDos437};
constexpr bool IsLenient(CodePage page) { return page >= CodePage::kWindows1252 && page <= CodePage::kWindows1257; }

// The bytes that a program read as `text` if it took them for that page.
std::optional<std::string> ToCodePage(std::u32string_view text, CodePage page);

}  // namespace fovea::encoder
