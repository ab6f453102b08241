#pragma once
// PreprocessProfile says how a model wants its pictures resized, cropped and scaled; it is read from the model's files.
//
// Owns:    nothing; a value.
// Threads: a value type.
// Errors:  none.
// Units:   pixels; mean and std on the scale 0..1, in the order R, G, B.
#include <array>
#include <cstdint>

namespace fovea::encoder {

enum class ResizeMode { kShortest, kLongest, kSquash };
enum class Interpolation { kBicubic, kBilinear };
// Where the crop starts when the margin is odd: half-even rounding (openai/CLIP, open_clip) or floor (transformers).
enum class CropRounding { kHalfEven, kFloor };
// Whether palette and alpha are resolved after the resize (openai/CLIP, open_clip) or before it (transformers). Matters for
// pictures decoded with DecodeMode::kParity only.
enum class ColourOrder { kResizeThenRgb, kRgbThenResize };

struct PreprocessProfile {
  int image_size = 224;    // side of the crop
  int resize_to = 224;     // the size the shorter (or longer) side is brought to before the crop
  ResizeMode resize_mode = ResizeMode::kShortest;
  Interpolation interpolation = Interpolation::kBicubic;
  CropRounding crop_rounding = CropRounding::kHalfEven;
  ColourOrder colour_order = ColourOrder::kResizeThenRgb;
  uint8_t fill = 0;        // of the padding, where the resized picture is smaller than the crop
  std::array<float, 3> mean = {0.48145466f, 0.4578275f, 0.40821073f};
  std::array<float, 3> std = {0.26862954f, 0.26130258f, 0.27577711f};
};

}  // namespace fovea::encoder
