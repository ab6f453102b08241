#include "encoder/tokenizer.h"

#include <algorithm>

#include "encoder/byte_pairs.h"
#include "encoder/text_cleaning.h"
#include "encoder/text_pieces.h"
#include "encoder/unicode_text.h"
#include "encoder/vocabulary_files.h"

namespace fovea::encoder {
namespace {

// Whether `text` begins with an ASCII spelling.
bool BeginsWith(std::u32string_view text, std::string_view spelling) {
  return text.size() >= spelling.size() && std::equal(spelling.begin(), spelling.end(), text.begin(), [](char a, char32_t b) {
    return static_cast<unsigned char>(a) == b;
  });
}

}  // namespace

Result<Tokenizer> Tokenizer::Load(const std::string& folder, SpecialLiterals literals) {
  ASSIGN_OR_RETURN(Vocabulary vocabulary, LoadVocabulary(folder));
  return Tokenizer(std::move(vocabulary), literals);
}

std::vector<int64_t> Tokenizer::Encode(std::string_view text, int64_t most) const {
  std::vector<int64_t> ids = {vocabulary_.start_id()};
  Append(CleanText(text), static_cast<size_t>(most), ids);
  ids.resize(std::min(ids.size(), static_cast<size_t>(most) - 1));
  ids.push_back(vocabulary_.end_id());
  return ids;
}

// Ends early once `most` ids are there.
void Tokenizer::Append(std::u32string_view text, size_t most, std::vector<int64_t>& ids) const {
  while (ids.size() < most) {
    while (!text.empty() && IsWhitespace(text.front())) text.remove_prefix(1);
    if (const Literal literal = FindLiteral(text); literal.length > 0) {
      ids.push_back(literal.id);
      text.remove_prefix(literal.length);
      continue;
    }
    const std::optional<std::u32string_view> piece = NextPiece(text);
    if (!piece) return;
    const std::vector<int32_t> piece_ids = MergeBytePairs(vocabulary_, ToUtf8(*piece));
    ids.insert(ids.end(), piece_ids.begin(), piece_ids.end());
  }
}

Tokenizer::Literal Tokenizer::FindLiteral(std::u32string_view text) const {
  if (literals_ == SpecialLiterals::kOrdinaryText) return {};
  if (BeginsWith(text, vocabulary_.start_text())) return {vocabulary_.start_text().size(), vocabulary_.start_id()};
  if (BeginsWith(text, vocabulary_.end_text())) return {vocabulary_.end_text().size(), vocabulary_.end_id()};
  return {};
}

}  // namespace fovea::encoder
