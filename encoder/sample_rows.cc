#include "encoder/sample_rows.h"

#include <algorithm>
#include <cstring>

namespace fovea::encoder {
namespace {

uint8_t ToByte(uint8_t sample, const SampleKind& /*kind*/) { return sample; }

uint8_t ToByte(uint16_t sample, const SampleKind& kind) {
  if (!kind.like_pil) return static_cast<uint8_t>((uint32_t{sample} * 255 + 32895) >> 16);
  const bool plain_grey = kind.grey && !kind.alpha;
  return static_cast<uint8_t>(plain_grey ? std::min<uint16_t>(sample, 255) : sample >> 8);
}

// PIL's conversion, without colour profiles: ink over what black leaves.
uint8_t WithoutInk(int ink, int left_by_black) {
  const int product = ink * left_by_black + 128;
  return static_cast<uint8_t>(std::clamp(left_by_black - (((product >> 8) + product) >> 8), 0, 255));
}

template <typename Sample>
void Convert(const Sample* in, int width, const SampleKind& kind, uint8_t* out) {
  const int colours = kind.grey ? 1 : kind.cmyk ? 4 : 3;
  for (int x = 0; x < width; ++x, in += kind.bands) {
    if (kind.cmyk) {
      const int left = 255 - ToByte(in[3], kind);
      for (int c = 0; c < 3; ++c) *out++ = WithoutInk(ToByte(in[c], kind), left);
    } else {
      for (int c = 0; c < 3; ++c) *out++ = ToByte(in[kind.grey ? 0 : c], kind);
    }
    if (kind.alpha) {
      *out++ = ToByte(in[colours], kind);
    }
  }
}

}  // namespace

int OutputChannels(const SampleKind& kind) { return kind.alpha ? 4 : 3; }

void ConvertRow(const void* in, int width, const SampleKind& kind, uint8_t* out) {
  const bool as_it_is = kind.bits == 8 && !kind.grey && !kind.cmyk && kind.bands == OutputChannels(kind);
  if (as_it_is) {
    std::memcpy(out, in, static_cast<size_t>(width) * static_cast<size_t>(kind.bands));
  } else if (kind.bits == 8) {
    Convert(static_cast<const uint8_t*>(in), width, kind, out);
  } else {
    Convert(static_cast<const uint16_t*>(in), width, kind, out);
  }
}

}  // namespace fovea::encoder
