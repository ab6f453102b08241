#pragma once
// Bfloat16 is the upper half of a float, as the loops of our own read and write it.
//
// Owns:    nothing; a value.
// Threads: a value type.
// Errors:  none.
// Units:   8 bits of exponent, 8 of precision; the bits are those of Torch's at::BFloat16.
#include <bit>
#include <cstdint>

namespace fovea::encoder {

struct Bfloat16 {
  uint16_t bits = 0;
};

inline float ToFloat(Bfloat16 value) { return std::bit_cast<float>(static_cast<uint32_t>(value.bits) << 16); }

// Rounds to the nearest, ties to even; a NaN stays one.
inline Bfloat16 ToBfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  return {static_cast<uint16_t>(value != value ? (bits >> 16) | 0x40u : rounded)};
}

}  // namespace fovea::encoder
