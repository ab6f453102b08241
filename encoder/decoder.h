#pragma once
// Decode turns the bytes behind a file descriptor into pixels and facts. The seam is a descriptor and plain structs so
// that decoding can move into a sandboxed process of its own.
//
// Owns:    nothing; the descriptor stays the caller's and must be seekable. InitDecoder must have been called once.
// Threads: any number at once after InitDecoder.
// Errors:  kUnsupported (not a picture of a kind we read), kCorrupt (cut or damaged), kInvalidArgument (over a limit: the
//          message names limit and figure), kIo. Never throws, never reads more than the limits allow.
// Units:   pixels; bytes; times in UTC milliseconds.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace fovea::encoder {

// Once per process, before any other thread decodes: starts libvips and exiv2, blocks every loader but the eight formats'.
// Pixels are computed on the caller's thread; `threads_per_picture` bounds what libvips and libjxl may start beside it.
Status InitDecoder(int threads_per_picture);

struct DecodeLimits {
  int64_t max_file_bytes = int64_t{256} << 20;
  int64_t max_pixels = 200'000'000;
};

enum class DecodeMode {
  kFast,    // for users: EXIF orientation applied, shrunk while decoding where that leaves >= 2 x min_short_side_px
  kParity,  // the original's steps: full size, EXIF orientation ignored, alpha dropped, as PIL would
};

struct DecodeOptions {
  DecodeLimits limits = {};
  DecodeMode mode = DecodeMode::kFast;
  int min_short_side_px = 0;  // the smallest shorter side of use to the caller; 0 = full size
};

// How the file stores its colours, as far as it changes the way PIL resizes the picture; anything but kColour is given by
// kParity alone. kPalette: also 1 bit per pixel; kInk: CMYK; kDeepGrey: 16 bits.
enum class ColourModel { kColour, kPalette, kAlpha, kInk, kDeepGrey };

// Where the picture lies in pixels of which each stands for shrink x shrink of its own. A block at the edge may have only a part of
// that, so that the picture is up to a pixel smaller than they are.
struct PictureFrame {
  int shrink = 1;
  int width = 0;    // the picture's own; 0: the pixels are the picture
  int height = 0;
  double left = 0;  // where it begins, in pixels
  double top = 0;
};

// 8-bit RGB, interleaved, rows from the top, no padding. The values are those of the file: its colour profile is not applied.
struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb = {};  // width * height * 3
  ColourModel model = ColourModel::kColour;
  std::vector<uint8_t> alpha = {};  // width * height with kAlpha, else empty
  std::vector<uint8_t> inks = {};   // width * height * 4 with kInk, else empty: cyan, magenta, yellow, black
  std::vector<uint16_t> deep = {};  // width * height with kDeepGrey, else empty
  PictureFrame frame = {};
  std::string icc_profile = {};     // the file's RGB profile unless it is sRGB or over 64 KiB; empty means sRGB
};

struct GeoPoint {
  double latitude = 0;   // degrees, north positive
  double longitude = 0;  // degrees, east positive
};

struct PictureFacts {
  std::string format = {};      // "jpeg", "png", "webp", "gif", "tiff", "heic", "avif", "jxl"
  int width = 0;                // of the whole picture after orientation (kFast) or as stored (kParity)
  int height = 0;
  int orientation = 1;          // EXIF 1..8; 1 when absent, out of range, or of no effect (HEIC, AVIF and JXL turn themselves)
  std::optional<int64_t> taken_at_ms = {};      // UTC if an offset was given, else local time read as if it were UTC
  std::optional<int> taken_at_offset_min = {};  // minutes east of UTC, where the file says so
  std::string camera = {};      // make and model without repeating the make; empty if unknown
  std::string lens = {};
  std::optional<GeoPoint> gps = {};
};

struct Decoded {
  Pixels pixels = {};
  PictureFacts facts = {};
};

// How much of its size a JPEG loses while it is decoded: 1, 2 or 4, the most that leaves its shorter side twice what the caller
// can use (docs/decisions/002-fast-decode.md has figures for twice against three times).
int JpegShrink(int width, int height, int min_short_side_px);

Result<Decoded> Decode(int fd, const DecodeOptions& options);
// The same from bytes in memory (an uploaded picture).
Result<Decoded> DecodeBytes(std::string_view bytes, const DecodeOptions& options);

}  // namespace fovea::encoder
