#pragma once
// Preprocess brings a picture to what the image tower eats: resize, crop, as the model's own files say (clip-spec of
// CLIP's reference: PIL's bicubic with an 8-bit intermediate, bit for bit).
//
// Owns:    nothing.
// Threads: any number at once; pure functions.
// Errors:  kInvalidArgument for an empty picture.
// Units:   pixels.
#include "base/status.h"
#include "encoder/decoder.h"
#include "encoder/encoder.h"
#include "encoder/pil_resize.h"
#include "encoder/preprocess_profile.h"

namespace fovea::encoder {

Result<ModelInput> Preprocess(const Pixels& pixels, const PreprocessProfile& profile);

// The pixels and where in them the picture lies, as a resize takes them; lives as long as they do.
SampleView ViewOf(const Pixels& pixels);

// PIL's two-pass resize of 8-bit RGB to exactly width x height.
Result<Pixels> ResizeLikePil(const Pixels& pixels, int width, int height, Interpolation interpolation);

}  // namespace fovea::encoder
