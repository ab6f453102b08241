#pragma once
// MakeUnit is the one place where features become unit vectors, so that inner products are cosines.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  kInvalidArgument for a vector that is empty, has no length, or holds a NaN or an infinity.
// Shapes:  dim floats; the sum of squares is taken in double.
#include <span>
#include <vector>

#include "base/status.h"
#include "encoder/encoder.h"

namespace fovea::indexer {

// Divides by the Euclidean length in place; on failure the vector is left as it was.
Status MakeUnit(std::span<float> vector);
// A unit copy.
Result<std::vector<float>> UnitVector(std::span<const float> features);
// Every row in place; the message of a failure names the first row without a direction.
Status MakeUnitRows(encoder::Features& features);

}  // namespace fovea::indexer
