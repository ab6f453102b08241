#include "encoder/text_repair.h"

#include <algorithm>

#include "encoder/html_entities.h"
#include "encoder/mojibake.h"
#include "encoder/unicode_text.h"

namespace fovea::encoder {
namespace {

constexpr char32_t kEscape = 0x1B;

// Latin characters that stand for two or three letters each.
std::u32string_view LettersOf(char32_t c) {
  switch (c) {
    case U'\u0132': return U"IJ";
    case U'\u0133': return U"ij";
    case U'\u0149': return U"\u02BCn";
    case U'\u01C4': return U"D\u017D";
    case U'\u01C5': return U"D\u017E";
    case U'\u01C6': return U"d\u017E";
    case U'\u01C7': return U"LJ";
    case U'\u01C8': return U"Lj";
    case U'\u01C9': return U"lj";
    case U'\u01CA': return U"NJ";
    case U'\u01CB': return U"Nj";
    case U'\u01CC': return U"nj";
    case U'\u01F1': return U"DZ";
    case U'\u01F2': return U"Dz";
    case U'\u01F3': return U"dz";
    case U'\uFB00': return U"ff";
    case U'\uFB01': return U"fi";
    case U'\uFB02': return U"fl";
    case U'\uFB03': return U"ffi";
    case U'\uFB04': return U"ffl";
    case U'\uFB05': return U"\u017Ft";
    case U'\uFB06': return U"st";
    default: return {};
  }
}

char32_t StraightQuote(char32_t c) {
  if (c == 0x02BC || (c >= 0x2018 && c <= 0x201B)) return U'\'';
  return c >= 0x201C && c <= 0x201F ? U'"' : c;
}

// Control characters that no text needs; tab, line feed, form feed and carriage return stay.
bool IsRemovedControl(char32_t c) {
  return c <= 8 || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFC);
}

std::u32string NarrowWidth(char32_t c) {
  if (c == 0x3000) return U" ";
  return c >= 0xFF01 && c <= 0xFFEF ? Nfkc(std::u32string(1, c)) : std::u32string(1, c);
}

// Steps that look at one character: letters in one, width, quotes.
std::u32string RepairCharacters(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (const char32_t c : text) {
    const std::u32string_view letters = LettersOf(c);
    for (const char32_t narrow : letters.empty() ? NarrowWidth(c) : std::u32string(letters)) out.push_back(StraightQuote(narrow));
  }
  return out;
}

// CR LF, CR and Unicode's separators become LF.
std::u32string RepairLineBreaks(std::u32string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    if (c == U'\r' && i + 1 < text.size() && text[i + 1] == U'\n') continue;
    out.push_back(c == U'\r' || c == 0x2028 || c == 0x2029 ? U'\n' : c);
  }
  return out;
}

// The length of a terminal's colour code at the beginning of `text`: ESC [ digits (of any script) and ; letter. 0 if there is none.
size_t TerminalCodeLength(std::u32string_view text) {
  if (text.size() < 3 || text[0] != kEscape || text[1] != U'[') return 0;
  size_t at = 2;
  while (at < text.size() && (IsDecimalDigit(text[at]) || text[at] == U';')) ++at;
  if (at == text.size()) return 0;
  const char32_t letter = text[at] | 0x20;
  return text[at] < 0x80 && letter >= U'a' && letter <= U'z' ? at + 1 : 0;
}

std::u32string RemoveControls(std::u32string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const size_t code = TerminalCodeLength(text.substr(i));
    if (code == 0 && !IsRemovedControl(text[i])) out.push_back(text[i]);
    i += std::max<size_t>(code, 1);
  }
  return out;
}

enum class Entities { kKeep, kUnescape };

// Once through all steps; RepairLine repeats them until nothing changes.
std::u32string RepairOnce(std::u32string_view line, Entities entities) {
  std::u32string text = entities == Entities::kUnescape ? UnescapeTerminatedHtml(line) : std::u32string(line);
  text = RepairLineBreaks(RepairCharacters(RepairC1Controls(RepairMojibake(text))));
  return Nfc(RemoveControls(text));
}

// Real texts come to rest after two or three rounds. One that was escaped thousands of times was made to keep us busy.
constexpr int kMostRounds = 50;

std::u32string RepairLine(std::u32string_view line, Entities entities) {
  std::u32string text(line);
  for (int round = 0; round < kMostRounds; ++round) {
    std::u32string next = RepairOnce(text, entities);
    if (next == text) break;
    text = std::move(next);
  }
  return text;
}

}  // namespace

std::u32string RepairText(std::u32string_view text) {
  std::u32string out;
  Entities entities = Entities::kUnescape;  // until a line looks like HTML itself
  while (!text.empty()) {
    const size_t length = std::min(text.find(U'\n'), text.size() - 1) + 1;
    const std::u32string_view line = text.substr(0, length);
    if (line.find(U'<') != std::u32string_view::npos) entities = Entities::kKeep;
    out += RepairLine(line, entities);
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace fovea::encoder
