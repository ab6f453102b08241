#pragma once
// Reference weights: numbers that follow from a tensor's name alone, so that a model of any size can be made anywhere
// without a file, and its features compared with stored ones.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Shapes:  row-major. The numbers are those of tests/support/reference_noise.h.
#include <cstdint>
#include <string>
#include <vector>

#include "encoder/safetensors.h"

namespace fovea::test {

// The values of the tensor `key` (a name of the OpenAI layout).
std::vector<float> ReferenceWeight(const std::string& key, const encoder::Shape& shape);
// Pictures as the towers take them: count x 3 x side x side, in -1.5 .. 1.5.
std::vector<float> ReferencePictures(int64_t count, int64_t side);

}  // namespace fovea::test
