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

// Requires: `piece` is not empty.
std::vector<int32_t> MergeBytePairs(const Vocabulary& vocabulary, std::string_view piece);

}  // namespace fovea::encoder
