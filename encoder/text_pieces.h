#pragma once
// NextPiece cuts a cleaned text into the pieces that the byte-pair vocabulary works on: words, single digits, runs of signs.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   code points.
#include <optional>
#include <string_view>

namespace fovea::encoder {

// Takes the first piece off the front of `text`; nullopt when nothing but what is skipped (spaces) is left. The view is into `text`.
std::optional<std::u32string_view> NextPiece(std::u32string_view& text);

}  // namespace fovea::encoder
