#pragma once
// PutOnBackdrop makes an opaque picture of one with transparent parts: on white as a page shows it, or on black where the
// visible part is so light that white would hide it.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  none.
// Units:   `rgba` is interleaved, its colours multiplied by alpha; the answer is RGB.
#include <cstdint>
#include <span>
#include <vector>

namespace fovea::encoder {

std::vector<uint8_t> PutOnBackdrop(std::span<const uint8_t> rgba);

}  // namespace fovea::encoder
