#pragma once
// SkipToPiece and FirstPiece cut a cleaned text into the pieces that a byte-pair vocabulary works on: words, digits, runs of signs.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   code points.
#include <string_view>

namespace fovea::encoder {

constexpr char32_t kLongS = 0x17F;  // counts as an s where case does not matter

// Takes what stands between pieces off the front of `text`: spaces, mostly.
void SkipToPiece(std::u32string_view& text);

// The piece that `text` begins with, a view into it. Requires: `text` is not empty and begins with a piece.
std::u32string_view FirstPiece(std::u32string_view text);

}  // namespace fovea::encoder
