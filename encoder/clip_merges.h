#pragma once
// PackedClipMerges is the part of the original's bpe_simple_vocab_16e6.txt.gz that CLIP's vocabulary is made of: its first
// line and the 48,894 merges that follow it, packed by gzip. encoder/vocabularies/README.md says where it is from.
//
// Owns:    nothing; the bytes are part of the program.
// Threads: any.
// Errors:  none.
// Units:   bytes.
#include <string_view>

namespace fovea::encoder {

std::string_view PackedClipMerges();

}  // namespace fovea::encoder
