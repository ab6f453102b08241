#pragma once
// The loops of LayerNorm over one row, compiled for each instruction set that is worth it and chosen at run time.
//
// Owns:    nothing.
// Threads: any; pure functions.
// Errors:  none.
// Shapes:  rows of `width` numbers, contiguous. Formula: (x - mean) / sqrt(biased variance + epsilon) * weight + bias.
#include <cstdint>

#include "encoder/bfloat16.h"

namespace fovea::encoder {

struct NormParameters {
  int64_t width = 0;
  const float* weight = nullptr;
  const float* bias = nullptr;
  float epsilon = 1e-5f;
};

// sum += addend.
void AddRow(float* sum, const float* addend, int64_t width);
void AddRow(float* sum, const Bfloat16* addend, int64_t width);

void NormaliseRow(const float* row, const NormParameters& norm, float* out);
void NormaliseRow(const float* row, const NormParameters& norm, Bfloat16* out);

}  // namespace fovea::encoder
