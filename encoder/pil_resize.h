#pragma once
// ResizePart resizes 8-bit pictures with the very bytes that PIL's two-pass resize gives (8-bit between the passes, 22-bit
// fixed point), and computes only the part of the result that is wanted.
//
// Owns:    nothing.
// Threads: any number at once; pure functions.
// Errors:  none. Requires: all sizes >= 1, the part within the output.
// Units:   pixels; samples are interleaved, rows from the top without padding.
#include <cstdint>
#include <vector>

#include "encoder/pil_coefficients.h"
#include "encoder/preprocess_profile.h"

namespace fovea::encoder {

struct PixelRect {
  int64_t x = 0;  // a thin picture may grow to more than 2^31 pixels of which only a few are wanted
  int64_t y = 0;
  int width = 0;
  int height = 0;
};

struct SampleView {
  const uint8_t* samples = nullptr;  // width * height * channels
  int width = 0;
  int height = 0;
  int channels = 3;
  PilSpan across = {};  // the part that is resized; all of it by default
  PilSpan down = {};
};

// The `part` of the picture that is `output_width` x `output_height` large: part.width * part.height * channels samples.
std::vector<uint8_t> ResizePart(const SampleView& input, int64_t output_width, int64_t output_height,
                                Interpolation interpolation, const PixelRect& part);

// Whether PIL (since version 13) runs the vertical pass first: where the height loses more than twice what the width loses.
bool PilResizesDownFirst(int width, int height, int64_t output_width, int64_t output_height);

// The same by nearest neighbour, as PIL resizes palette pictures.
std::vector<uint8_t> ResizePartNearest(const SampleView& input, int64_t output_width, int64_t output_height, const PixelRect& part);

}  // namespace fovea::encoder
