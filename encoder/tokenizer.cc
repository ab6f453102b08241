#include "encoder/tokenizer.h"

#include <algorithm>

#include "encoder/byte_pairs.h"
#include "encoder/text_cleaning.h"
#include "encoder/text_pieces.h"
#include "encoder/unicode_text.h"
#include "encoder/vocabulary_files.h"

namespace fovea::encoder {
namespace {

// The length of `spelling` if `text` begins with it, or 0. A long s is an s where case does not matter.
size_t SpelledLength(std::u32string_view text, std::string_view spelling) {
  if (text.size() < spelling.size()) return 0;
  const bool same = std::equal(spelling.begin(), spelling.end(), text.begin(), [](char wanted, char32_t c) {
    return static_cast<unsigned char>(wanted) == c || (wanted == 's' && c == kLongS);
  });
  return same ? spelling.size() : 0;
}

// Cleaning looks at a whole line at once, and some of its steps are slow on text made to be so: longer texts are cut.
constexpr size_t kMostBytes = size_t{16} << 10;

// The beginning of a text, whole characters.
std::string_view Head(std::string_view utf8) {
  if (utf8.size() <= kMostBytes) return utf8;
  size_t length = kMostBytes;
  while (length + 4 > kMostBytes && (utf8[length] & 0xC0) == 0x80) --length;
  return utf8.substr(0, length);
}

}  // namespace

Result<Tokenizer> Tokenizer::Load(const std::string& folder, SpecialLiterals literals) {
  ASSIGN_OR_RETURN(Vocabulary vocabulary, LoadVocabulary(folder));
  return Tokenizer(std::move(vocabulary), literals);
}

std::vector<int64_t> Tokenizer::Encode(std::string_view text, int64_t most) const {
  std::vector<int64_t> ids = {vocabulary_.start_id()};
  Append(CleanText(Head(text)), static_cast<size_t>(most), ids);
  ids.resize(std::min(ids.size(), static_cast<size_t>(most) - 1));
  ids.push_back(vocabulary_.end_id());
  return ids;
}

// Ends early once `most` ids are there.
void Tokenizer::Append(std::u32string_view text, size_t most, std::vector<int64_t>& ids) const {
  while (ids.size() < most) {
    SkipToPiece(text);
    if (text.empty()) return;
    const Literal literal = FindLiteral(text);
    const std::u32string_view piece = literal.length > 0 ? text.substr(0, literal.length) : FirstPiece(text);
    text.remove_prefix(piece.size());
    if (literal.id) {
      ids.push_back(*literal.id);
    } else {
      MergeBytePairs(vocabulary_, ToUtf8(piece), ids);
    }
  }
}

Tokenizer::Literal Tokenizer::FindLiteral(std::u32string_view text) const {
  if (literals_ == SpecialLiterals::kOrdinaryText || text.front() != U'<') return {};
  for (const auto& [spelling, id] : {std::pair(vocabulary_.start_text(), vocabulary_.start_id()), std::pair(vocabulary_.end_text(), vocabulary_.end_id())}) {
    const size_t length = SpelledLength(text, spelling);
    if (length == 0) continue;
    const bool exact = text.substr(0, length).find(kLongS) == std::u32string_view::npos;
    return {.length = length, .id = exact ? std::optional(id) : std::nullopt};
  }
  return {};
}

}  // namespace fovea::encoder
