#pragma once
// ExactScore is the inner product that an exact search answers with: summed in double, rounded to float once.
//
// Products of two floats are exact in double, so neither the instruction set nor fused multiply-adds change a bit, and the order
// of the sum is fixed. It lies within 2^-24 of the true inner product of vectors of unit length.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  none.
// Shapes:  two vectors of dim floats.
#include <cstddef>

namespace fovea::indexer {

float ExactScore(const float* row, const float* query, size_t dim);

}  // namespace fovea::indexer
