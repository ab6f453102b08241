#pragma once
// ApplyOrientation turns and mirrors pixels as an EXIF orientation asks.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  none: a value outside 1..8 changes nothing.
// Units:   EXIF values: 1 as it is, 2 mirrored left to right, 3 turned by 180 degrees, 4 mirrored top to bottom, 5 rows and columns swapped, 6 to be
//          turned clockwise, 7 swapped along the other diagonal, 8 to be turned anticlockwise.
#include "encoder/decoder.h"

namespace fovea::encoder {

Pixels ApplyOrientation(Pixels pixels, int orientation);

}  // namespace fovea::encoder
