#pragma once
// ClipVocabularyFolder finds the vocabulary of the published CLIP models where scripts/deps --tests put it.
//
// Owns:    nothing.
// Threads: any.
// Errors:  empty when it is not there: a test then skips and says so.
// Units:   none.
#include <string>

namespace fovea::test {

// A folder that holds bpe_simple_vocab_16e6.txt.gz, or empty.
std::string ClipVocabularyFolder();

}  // namespace fovea::test
