#pragma once
// Tokenizer turns a text into the ids that the text tower reads.
//
// Owns:    the vocabulary; immutable.
// Threads: any thread may call any method.
// Errors:  Load: as LoadVocabulary. Encode takes any bytes and never fails.
// Units:   ids of the model's vocabulary.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "encoder/vocabulary.h"

namespace fovea::encoder {

// What "<|endoftext|>" inside a text is: five ordinary pieces, or (as the original reads it) the end of the text, which
// hides all that follows.
enum class SpecialLiterals { kOrdinaryText, kAsReference };

class Tokenizer {
 public:
  static Result<Tokenizer> Load(const std::string& folder, SpecialLiterals literals);
  Tokenizer(Vocabulary vocabulary, SpecialLiterals literals) : vocabulary_(std::move(vocabulary)), literals_(literals) {}

  // Start, the text's ids, end; of a longer text the first `most` ids, the last of them replaced by the end.
  // Requires: most >= 2.
  std::vector<int64_t> Encode(std::string_view text, int64_t most) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  void Append(std::u32string_view text, size_t most, std::vector<int64_t>& ids) const;
  // The special whose spelling `text` begins with. As in the original, one spelt with a long s is found too, but means
  // only a piece of text.
  struct Literal {
    size_t length = 0;  // 0 if there is none
    std::optional<int32_t> id;
  };
  Literal FindLiteral(std::u32string_view text) const;

  Vocabulary vocabulary_;
  SpecialLiterals literals_;
};

}  // namespace fovea::encoder
