#pragma once
// MakeThumbnail shrinks decoded pixels and writes them as a small WebP picture.
//
// Owns:    nothing. InitDecoder must have been called once.
// Threads: any number at once.
// Errors:  kInvalidArgument for an empty picture, kInternal if libvips refuses.
// Units:   `side_px` bounds the longer side; a smaller picture is not enlarged. The answer is image/webp.
#include <string>

#include "base/status.h"
#include "encoder/decoder.h"

namespace fovea::encoder {

Result<std::string> MakeThumbnail(const Pixels& pixels, int side_px);

}  // namespace fovea::encoder
