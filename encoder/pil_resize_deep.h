#pragma once
// ResizeDeepPart resizes 16-bit grey pictures with the very samples that PIL's resize gives: in double, 16-bit between the passes.
//
// Owns:    nothing.
// Threads: any number at once; pure function.
// Errors:  none. Requires: all sizes >= 1, the part within the output.
// Units:   pixels of one sample, rows from the top without padding.
#include <cstdint>
#include <span>
#include <vector>

#include "encoder/pil_resize.h"

namespace fovea::encoder {

// The `part` of the picture that is `output_width` x `output_height` large. Requires: samples.size() == width * height.
std::vector<uint16_t> ResizeDeepPart(std::span<const uint16_t> samples, int width, int64_t output_width, int64_t output_height,
                                     Interpolation interpolation, const PixelRect& part);

}  // namespace fovea::encoder
