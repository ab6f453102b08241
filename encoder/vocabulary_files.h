#pragma once
// LoadVocabulary reads a model folder's vocabulary: vocab.json with merges.txt, or tokenizer.json, or the original's
// bpe_simple_vocab_16e6.txt.gz, whichever is there first in this order.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kNotFound when there is none, kCorrupt with file and entry. Never throws.
// Units:   none.
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/vocabulary.h"

namespace fovea::encoder {

// The paths of the files that LoadVocabulary would read; kNotFound names what was looked for.
Result<std::vector<std::string>> VocabularyFiles(const std::string& folder);

Result<Vocabulary> LoadVocabulary(const std::string& folder);

// The vocabulary of OpenAI's models, which open_clip's share unless they say otherwise; it is built in.
Result<Vocabulary> BuiltInVocabulary();
constexpr int64_t kBuiltInVocabularySize = 49408;

}  // namespace fovea::encoder
