#include "encoder/backdrop.h"

#include <algorithm>

namespace fovea::encoder {
namespace {

// Mean brightness of what is visible above which white would hide it, of 255.
constexpr uint64_t kLight = 215;

bool IsLight(std::span<const uint8_t> rgba) {
  uint64_t brightness = 0;
  uint64_t visible = 0;
  for (size_t i = 0; i < rgba.size(); i += 4) {
    brightness += (rgba[i] * 77u + rgba[i + 1] * 150u + rgba[i + 2] * 29u) >> 8;
    visible += rgba[i + 3];
  }
  return visible != 0 && brightness * 255 > kLight * visible;
}

}  // namespace

std::vector<uint8_t> PutOnBackdrop(std::span<const uint8_t> rgba) {
  const int backdrop = IsLight(rgba) ? 0 : 255;
  std::vector<uint8_t> rgb(rgba.size() / 4 * 3);
  for (size_t i = 0, to = 0; i < rgba.size(); i += 4, to += 3) {
    const int through = (255 - rgba[i + 3]) * backdrop / 255;
    for (size_t c = 0; c < 3; ++c) rgb[to + c] = static_cast<uint8_t>(std::min(255, rgba[i + c] + through));
  }
  return rgb;
}

}  // namespace fovea::encoder
