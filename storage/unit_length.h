#pragma once
// Whether a stored vector has unit length: the one tolerance for all who ask.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none; a NaN has no unit length.
// Units:   the Euclidean length, summed in double.
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>

namespace fovea::storage {

// Eight sums side by side: one alone would wait for each addition, and every vector that is read or written is asked.
inline double LengthOf(std::span<const float> vector) {
  constexpr size_t kLanes = 8;
  double squares[kLanes] = {};
  const size_t whole = vector.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) squares[lane] += double{vector[i + lane]} * vector[i + lane];
  }
  for (size_t i = whole; i < vector.size(); ++i) squares[i - whole] += double{vector[i]} * vector[i];
  return std::sqrt(std::accumulate(squares, squares + kLanes, 0.0));
}

// fp32 rounding stays far below the tolerance.
inline bool IsUnitLength(double length) { return std::abs(length - 1) < 1e-3; }

}  // namespace fovea::storage
