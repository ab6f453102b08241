#pragma once
// ReadLikePil reads a picture whole and keeps, beside its RGB, what PIL's resize works on: alpha, inks, 16-bit grey.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  those of the source.
// Units:   as Pixels.
#include "encoder/decoder.h"
#include "encoder/picture_source.h"
#include "encoder/pil_mode.h"

namespace fovea::encoder {

Status ReadLikePil(PictureSource& source, const PilMode& mode, Pixels& pixels);

}  // namespace fovea::encoder
