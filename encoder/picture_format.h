#pragma once
// SniffFormat tells from the first bytes of a file which kind of picture it is; the name of the file plays no part.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  kUnsupported with what the bytes seem to be and what is read; kCorrupt for an empty file.
// Units:   bytes.
#include <string_view>

#include "base/status.h"

namespace fovea::encoder {

enum class PictureFormat { kJpeg, kPng, kWebp, kGif, kTiff, kHeic, kAvif, kJxl };

// Requires: `bytes` begins where the file begins; 4 KiB are enough.
Result<PictureFormat> SniffFormat(std::string_view bytes);

// "jpeg", "png", ... as PictureFacts::format has it.
std::string_view FormatName(PictureFormat format);

}  // namespace fovea::encoder
