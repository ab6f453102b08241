#pragma once
// Whether a stored vector has unit length: the one tolerance for all who ask.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none; a NaN has no unit length.
// Units:   the Euclidean length, summed in double.
#include <cmath>
#include <span>

namespace fovea::storage {

inline double LengthOf(std::span<const float> vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * value;
  return std::sqrt(squares);
}

// fp32 rounding stays far below the tolerance.
inline bool IsUnitLength(double length) { return std::abs(length - 1) < 1e-3; }

}  // namespace fovea::storage
