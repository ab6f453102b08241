#include "encoder/text_cleaning.h"

#include <algorithm>

#include "encoder/html_entities.h"
#include "encoder/text_repair.h"
#include "encoder/unicode_text.h"

namespace fovea::encoder {
namespace {

// Text that needs no repair and holds no entity: ASCII without control characters and "&".
bool IsPlain(std::string_view utf8) {
  return std::all_of(utf8.begin(), utf8.end(), [](char c) { return (c >= 0x20 && c <= 0x7E && c != '&') || c == '\t' || c == '\n' || c == '\r'; });
}

std::u32string Widen(std::string_view ascii) {
  std::u32string out;
  out.reserve(ascii.size());
  for (const char c : ascii) out.push_back(static_cast<char32_t>(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
  return out;
}

// Every run of whitespace one space, none at the ends.
void CollapseWhitespace(std::u32string& text) {
  size_t length = 0;
  bool pending = false;
  for (const char32_t c : text) {
    if (IsWhitespace(c)) {
      pending = length > 0;
      continue;
    }
    if (pending) text[length++] = U' ';
    pending = false;
    text[length++] = c;
  }
  text.resize(length);
}

}  // namespace

std::u32string CleanText(std::string_view utf8) {
  const bool plain = IsPlain(utf8);
  std::u32string text = plain ? Widen(utf8) : UnescapeHtml(UnescapeHtml(RepairText(FromUtf8(utf8))));
  CollapseWhitespace(text);
  return plain ? text : LowerCase(text);
}

}  // namespace fovea::encoder
