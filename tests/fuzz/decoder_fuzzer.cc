// Feeds arbitrary bytes to DecodeBytes, Preprocess and MakeThumbnail: any answer is right, a crash or a leak is not.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "encoder/decoder.h"
#include "encoder/preprocess.h"
#include "encoder/thumbnail.h"

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  if (!fovea::encoder::InitDecoder(1).ok()) std::abort();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::encoder;
  if (size == 0) return 0;
  // The first byte chooses how the rest is decoded.
  const DecodeOptions options{.limits = {.max_file_bytes = 1 << 20, .max_pixels = 1 << 20},
                              .mode = data[0] % 2 == 0 ? DecodeMode::kFast : DecodeMode::kParity,
                              .min_short_side_px = data[0] / 2};
  const auto decoded = DecodeBytes({reinterpret_cast<const char*>(data) + 1, size - 1}, options);
  if (!decoded) return 0;
  const Pixels& pixels = decoded->pixels;
  if (pixels.rgb.size() != static_cast<size_t>(pixels.width) * static_cast<size_t>(pixels.height) * 3) std::abort();
  if (!Preprocess(pixels, {.image_size = 32, .resize_to = 32}) || !MakeThumbnail(pixels, 16)) std::abort();
  return 0;
}
