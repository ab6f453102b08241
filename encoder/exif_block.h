#pragma once
// Where a picture's EXIF block lies, for the containers of which libvips does not tell.
//
// Owns:    nothing; a returned view points into the bytes given.
// Threads: pure functions.
// Errors:  none: no block or a damaged container gives an empty answer.
// Units:   bytes.
#include <string>
#include <string_view>

namespace fovea::encoder {

// The content of the `Exif` box of a JPEG XL container, without the offset before the TIFF structure.
std::string_view FindJxlExif(std::string_view file);

// The block that older programs write into a PNG as text: a line break, "exif", a count, then hexadecimal digits.
std::string DecodeRawProfile(std::string_view text);

}  // namespace fovea::encoder
