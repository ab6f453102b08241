#include "encoder/pixel_scale.h"

namespace fovea::encoder {

PixelScale::PixelScale(const PreprocessProfile& profile) {
  for (size_t byte = 0; byte < 256; ++byte) {
    for (size_t channel = 0; channel < 3; ++channel) {
      const float unit = static_cast<float>(byte) / 255.0f;
      const float centred = unit - profile.mean[channel];
      table_[byte * 3 + channel] = centred / profile.std[channel];
    }
  }
}

void PixelScale::Apply(std::span<const uint8_t> rgb, std::span<float> scaled) const {
  for (size_t i = 0; i + 2 < rgb.size(); i += 3) {
    scaled[i] = table_[rgb[i] * size_t{3}];
    scaled[i + 1] = table_[rgb[i + 1] * size_t{3} + 1];
    scaled[i + 2] = table_[rgb[i + 2] * size_t{3} + 2];
  }
}

}  // namespace fovea::encoder
