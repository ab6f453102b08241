#include "encoder/text_cleaning.h"

#include "encoder/html_entities.h"
#include "encoder/text_repair.h"
#include "encoder/unicode_text.h"

namespace fovea::encoder {
namespace {

// Every run of whitespace one space, none at the ends.
std::u32string CollapseWhitespace(std::u32string_view text) {
  std::u32string out;
  bool pending = false;
  for (const char32_t c : text) {
    if (IsWhitespace(c)) {
      pending = !out.empty();
      continue;
    }
    if (pending) out.push_back(U' ');
    pending = false;
    out.push_back(c);
  }
  return out;
}

}  // namespace

std::u32string CleanText(std::string_view utf8) {
  const std::u32string repaired = RepairText(FromUtf8(utf8));
  return LowerCase(CollapseWhitespace(UnescapeHtml(UnescapeHtml(repaired))));
}

}  // namespace fovea::encoder
