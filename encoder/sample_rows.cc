#include "encoder/sample_rows.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace fovea::encoder {
namespace {

uint8_t ToByte(uint8_t sample, const SampleKind& /*kind*/) { return sample; }

uint8_t ToByte(uint16_t sample, const SampleKind& kind) {
  if (!kind.like_pil) return static_cast<uint8_t>((uint32_t{sample} * 255 + 32895) >> 16);
  const bool plain_grey = kind.grey && !kind.alpha;
  return static_cast<uint8_t>(plain_grey ? std::min<uint16_t>(sample, 255) : sample >> 8);
}

// Ink over what black leaves.
uint8_t WithoutInk(int ink, int left_by_black) {
  const int product = ink * left_by_black + 128;
  return static_cast<uint8_t>(std::clamp(left_by_black - (((product >> 8) + product) >> 8), 0, 255));
}

template <typename Sample>
void Convert(const Sample* in, int width, const SampleKind& kind, uint8_t* out) {
  for (int x = 0; x < width; ++x, in += kind.bands) {
    for (int c = 0; c < 3; ++c) *out++ = ToByte(in[kind.grey ? 0 : c], kind);
    if (kind.alpha) *out++ = ToByte(in[kind.grey ? 1 : 3], kind);
  }
}

template <typename Sample>
void TakeInks(const Sample* in, int width, const SampleKind& kind, uint8_t* out) {
  for (int x = 0; x < width; ++x, in += kind.bands) {
    for (int c = 0; c < 4; ++c) *out++ = ToByte(in[c], kind);
  }
}

}  // namespace

int OutputChannels(const SampleKind& kind) { return kind.alpha ? 4 : 3; }

bool IsConverted(const SampleKind& kind) { return kind.bits == 8 && !kind.grey && !kind.cmyk && kind.bands == OutputChannels(kind); }

void ConvertRow(const void* in, int width, const SampleKind& kind, uint8_t* out) {
  if (kind.cmyk) {
    std::vector<uint8_t> inks(static_cast<size_t>(width) * 4);
    CopyInks(in, width, kind, inks.data());
    InksToRgb(inks.data(), static_cast<size_t>(width), out);
  } else if (IsConverted(kind)) {
    std::memcpy(out, in, static_cast<size_t>(width) * static_cast<size_t>(kind.bands));
  } else if (kind.bits == 8) {
    Convert(static_cast<const uint8_t*>(in), width, kind, out);
  } else {
    Convert(static_cast<const uint16_t*>(in), width, kind, out);
  }
}

void CopyInks(const void* in, int width, const SampleKind& kind, uint8_t* out) {
  if (kind.bits == 8) {
    TakeInks(static_cast<const uint8_t*>(in), width, kind, out);
  } else {
    TakeInks(static_cast<const uint16_t*>(in), width, kind, out);
  }
}

void InksToRgb(const uint8_t* inks, size_t pixels, uint8_t* rgb) {
  for (size_t i = 0; i < pixels; ++i) {
    const int left = 255 - inks[i * 4 + 3];
    for (size_t c = 0; c < 3; ++c) rgb[i * 3 + c] = WithoutInk(inks[i * 4 + c], left);
  }
}

}  // namespace fovea::encoder
