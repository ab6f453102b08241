#include "encoder/text_pieces.h"

#include "encoder/unicode_text.h"

namespace fovea::encoder {
namespace {

// The one mark whose capital is a letter: where case does not matter it is neither a letter nor no letter, and falls out.
constexpr char32_t kIotaSubscript = 0x345;

// The length of 's 't 're 've 'm 'll 'd at the beginning of `text`, or 0.
size_t ContractionLength(std::u32string_view text) {
  if (text.size() < 2 || text[0] != U'\'') return 0;
  const char32_t first = text[1];
  if (first == U's' || first == kLongS || first == U't' || first == U'm' || first == U'd') return 2;
  const std::u32string_view two = text.substr(1, 2);
  return two == U"re" || two == U"ve" || two == U"ll" ? 3 : 0;
}

bool IsSkipped(char32_t c) { return IsWhitespace(c) || c == kIotaSubscript; }
bool IsSign(char32_t c) { return !IsSkipped(c) && !IsLetter(c) && !IsNumber(c); }

size_t RunLength(std::u32string_view text, bool (*belongs)(char32_t)) {
  size_t length = 0;
  while (length < text.size() && belongs(text[length])) ++length;
  return length;
}

}  // namespace

void SkipToPiece(std::u32string_view& text) { text.remove_prefix(RunLength(text, IsSkipped)); }

std::u32string_view FirstPiece(std::u32string_view text) {
  if (const size_t contraction = ContractionLength(text); contraction > 0) return text.substr(0, contraction);
  if (const size_t letters = RunLength(text, IsLetter); letters > 0) return text.substr(0, letters);
  return text.substr(0, IsNumber(text.front()) ? 1 : RunLength(text, IsSign));
}

}  // namespace fovea::encoder
