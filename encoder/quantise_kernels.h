#pragma once
// The loops around a linear layer of bytes: a row of numbers becomes bytes with a scale of its own, and what the layer gives
// becomes numbers again. Compiled for each instruction set that is worth it and chosen at run time.
//
// Owns:    nothing.
// Threads: any; pure functions.
// Errors:  none; a row with a NaN or an infinity gives a NaN scale, so that what is computed from it is NaN.
// Shapes:  rows of `width` numbers, contiguous. Formula: byte = round(x / scale) + zero_point.
#include <cstdint>

#include "encoder/bfloat16.h"

namespace fovea::encoder {

// Where zero lies among the bytes and which bytes may be used: rows that are hardly negative give their bytes to what is
// positive.
struct ByteRange {
  int32_t zero_point = 128;
  int32_t most = 255;
};

// Returns the scale.
float QuantiseRow(const float* row, int64_t width, ByteRange range, uint8_t* bytes);
float QuantiseRow(const Bfloat16* row, int64_t width, ByteRange range, uint8_t* bytes);

enum class RowActivation { kNone, kSilu, kGelu, kGeluTanh };

// row = activation(row * scale + bias), in place.
void FinishRow(float* row, int64_t width, float scale, const float* bias, RowActivation activation);
void FinishRow(Bfloat16* row, int64_t width, float scale, const float* bias, RowActivation activation);

}  // namespace fovea::encoder
