#pragma once
// MergeBytePairs turns one piece of text into vocabulary ids: from single bytes, always merging the pair that ranks first.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none; every byte sequence has ids.
// Units:   bytes in, ids out. Works in n log n for a piece of n bytes.
#include <cstdint>
#include <string_view>
#include <vector>

#include "encoder/vocabulary.h"

namespace fovea::encoder {

// Appends the piece's ids to `ids`. Requires: `piece` is not empty.
void MergeBytePairs(const Vocabulary& vocabulary, std::string_view piece, std::vector<int64_t>& ids);

}  // namespace fovea::encoder
