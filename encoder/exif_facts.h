#pragma once
// ReadExif takes from a picture's EXIF block what fovea keeps of it.
//
// Owns:    nothing. InitExif must have been called once.
// Threads: any number at once after InitExif.
// Errors:  none: a damaged block gives the fields that could be read, values out of range are left out.
// Units:   as PictureFacts.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "encoder/decoder.h"

namespace fovea::encoder {

// Once per process: makes exiv2 safe for threads and keeps it from writing to standard error.
void InitExif();

// Fills orientation, date, camera, lens and place of `facts`. `block` is a TIFF structure, with or without "Exif\0\0" before it; a TIFF file is such
// a block itself.
void ReadExif(std::string_view block, PictureFacts& facts);

// "2021:05:06 07:08:09" -> milliseconds since 1970 as if it were UTC; nothing if it is not a moment of the calendar.
std::optional<int64_t> ParseExifTime(std::string_view text);
// "+02:00" -> 120; nothing if it is not an offset that exists.
std::optional<int> ParseExifOffset(std::string_view text);

}  // namespace fovea::encoder
