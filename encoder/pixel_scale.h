#pragma once
// PixelScale maps the bytes of a picture to what the image tower was trained on: (byte / 255 - mean) / std.
//
// Owns:    a table of 256 x 3 numbers.
// Threads: const methods from any thread.
// Errors:  none.
// Units:   bytes in, fp32 out; each of the three operations is rounded to fp32, as the reference does, bit for bit.
#include <array>
#include <cstdint>
#include <span>

#include "encoder/preprocess_profile.h"

namespace fovea::encoder {

class PixelScale {
 public:
  explicit PixelScale(const PreprocessProfile& profile);

  // Requires: scaled.size() >= rgb.size(), rgb.size() a multiple of 3.
  void Apply(std::span<const uint8_t> rgb, std::span<float> scaled) const;
  // 256 x 3, row-major: the three channels' values of each byte.
  std::span<const float> table() const { return table_; }

 private:
  std::array<float, 256 * 3> table_;
};

}  // namespace fovea::encoder
