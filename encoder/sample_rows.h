#pragma once
// SampleRows turns one row of a picture, as the file stores it, into 8-bit RGB or RGBA.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none. Requires: `in` holds width * kind.bands samples of kind.bits, `out` width * OutputChannels(kind).
// Units:   samples of 8 or 16 bits, the latter in the machine's byte order.
#include <cstddef>
#include <cstdint>

namespace fovea::encoder {

struct SampleKind {
  int bands = 3;   // samples per pixel in the file
  int bits = 8;    // 8 or 16
  bool grey = false;       // 1 colour band, else 3 (or 4 with cmyk)
  bool cmyk = false;
  bool alpha = false;      // the band after the colours
  bool like_pil = false;   // 16-bit samples: grey clamped to 255, colour cut to the high byte; else scaled by 1/257
};

int OutputChannels(const SampleKind& kind);  // 3, or 4 with alpha
void ConvertRow(const void* in, int width, const SampleKind& kind, uint8_t* out);
// Whether a row is what ConvertRow would make of it.
bool IsConverted(const SampleKind& kind);
// A row of inks (cyan, magenta, yellow, black) in 8 bits, as the file stores them. Requires: kind.cmyk.
void CopyInks(const void* in, int width, const SampleKind& kind, uint8_t* out);
// PIL's conversion, without colour profiles: 4 bytes of ink per pixel to 3 of RGB.
void InksToRgb(const uint8_t* inks, size_t pixels, uint8_t* rgb);

}  // namespace fovea::encoder
