#include "encoder/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "encoder/pil_resize.h"
#include "encoder/pil_resize_deep.h"
#include "encoder/sample_rows.h"

namespace fovea::encoder {
namespace {

struct Size {
  int64_t width = 0;
  int64_t height = 0;
};

Size ResizedSize(const Pixels& pixels, const PreprocessProfile& profile) {
  const int64_t wanted = profile.resize_to;
  const bool shrunk = pixels.frame.width > 0;
  const int64_t width = shrunk ? pixels.frame.width : pixels.width;
  const int64_t height = shrunk ? pixels.frame.height : pixels.height;
  switch (profile.resize_mode) {
    case ResizeMode::kSquash:
      return {wanted, wanted};
    case ResizeMode::kShortest:
      return width <= height ? Size{wanted, wanted * height / width} : Size{wanted * width / height, wanted};
    case ResizeMode::kLongest:
      break;
  }
  const double ratio = static_cast<double>(std::max(width, height)) / static_cast<double>(wanted);
  const auto shrink = [ratio](int64_t side) { return std::max<int64_t>(1, std::llrint(std::nearbyint(static_cast<double>(side) / ratio))); };
  return {shrink(width), shrink(height)};
}

// One axis of the crop: which part of the resized picture lands where in the model's input.
struct Placement {
  int64_t from = 0;  // of the resized picture
  int to = 0;        // of the input
  int length = 0;
};

Placement Place(int64_t resized, int wanted, CropRounding rounding) {
  if (resized < wanted) return {.from = 0, .to = static_cast<int>((wanted - resized) / 2), .length = static_cast<int>(resized)};
  const int64_t margin = resized - wanted;
  int64_t from = margin / 2;
  if (margin % 2 != 0 && rounding == CropRounding::kHalfEven) from += from % 2;
  return {.from = from, .to = 0, .length = wanted};
}

// (a * b) / 255 as PIL rounds it.
uint8_t MultiplyOver255(int a, int b) {
  const int product = a * b + 128;
  return static_cast<uint8_t>(((product >> 8) + product) >> 8);
}

std::vector<uint8_t> Premultiplied(const Pixels& pixels) {
  std::vector<uint8_t> rgba(pixels.alpha.size() * 4);
  for (size_t i = 0; i < pixels.alpha.size(); ++i) {
    for (size_t c = 0; c < 3; ++c) rgba[i * 4 + c] = MultiplyOver255(pixels.rgb[i * 3 + c], pixels.alpha[i]);
    rgba[i * 4 + 3] = pixels.alpha[i];
  }
  return rgba;
}

std::vector<uint8_t> Unpremultiplied(const std::vector<uint8_t>& rgba) {
  std::vector<uint8_t> rgb(rgba.size() / 4 * 3);
  for (size_t i = 0; i < rgba.size() / 4; ++i) {
    const int alpha = rgba[i * 4 + 3];
    for (size_t c = 0; c < 3; ++c) {
      const int value = rgba[i * 4 + c];
      rgb[i * 3 + c] = static_cast<uint8_t>(alpha == 0 || alpha == 255 ? value : std::min(255, 255 * value / alpha));
    }
  }
  return rgb;
}

std::vector<uint8_t> ResizeInks(const Pixels& pixels, Size size, Interpolation interpolation, const PixelRect& part) {
  const SampleView view{.samples = pixels.inks.data(), .width = pixels.width, .height = pixels.height, .channels = 4};
  const std::vector<uint8_t> inks = ResizePart(view, size.width, size.height, interpolation, part);
  std::vector<uint8_t> rgb(inks.size() / 4 * 3);
  InksToRgb(inks.data(), inks.size() / 4, rgb.data());
  return rgb;
}

// PIL cuts 16-bit grey off at 255 when it makes RGB of it.
std::vector<uint8_t> ResizeDeepGrey(const Pixels& pixels, Size size, Interpolation interpolation, const PixelRect& part) {
  std::vector<uint8_t> rgb;
  for (const uint16_t grey : ResizeDeepPart(pixels.deep, pixels.width, size.width, size.height, interpolation, part)) {
    rgb.insert(rgb.end(), 3, static_cast<uint8_t>(std::min<uint16_t>(grey, 255)));
  }
  return rgb;
}

std::vector<uint8_t> ResizeAlpha(const Pixels& pixels, Size size, Interpolation interpolation, const PixelRect& part) {
  const std::vector<uint8_t> rgba = Premultiplied(pixels);
  const SampleView view{.samples = rgba.data(), .width = pixels.width, .height = pixels.height, .channels = 4};
  return Unpremultiplied(ResizePart(view, size.width, size.height, interpolation, part));
}

std::vector<uint8_t> ResizeRgb(const Pixels& pixels, Size size, const PreprocessProfile& profile, const PixelRect& part) {
  const bool same_size = size.width == pixels.width && size.height == pixels.height;
  const bool as_rgb = same_size || profile.colour_order == ColourOrder::kRgbThenResize;
  const SampleView rgb = ViewOf(pixels);
  switch (as_rgb ? ColourModel::kColour : pixels.model) {
    case ColourModel::kPalette:
      return ResizePartNearest(rgb, size.width, size.height, part);
    case ColourModel::kAlpha:
      return ResizeAlpha(pixels, size, profile.interpolation, part);
    case ColourModel::kInk:
      return ResizeInks(pixels, size, profile.interpolation, part);
    case ColourModel::kDeepGrey:
      return ResizeDeepGrey(pixels, size, profile.interpolation, part);
    case ColourModel::kColour:
      break;
  }
  return ResizePart(rgb, size.width, size.height, profile.interpolation, part);
}

bool HasItsPlanes(const Pixels& pixels) {
  const size_t count = static_cast<size_t>(pixels.width) * static_cast<size_t>(pixels.height);
  return pixels.alpha.size() == (pixels.model == ColourModel::kAlpha ? count : 0) &&
         pixels.inks.size() == (pixels.model == ColourModel::kInk ? count * 4 : 0) &&
         pixels.deep.size() == (pixels.model == ColourModel::kDeepGrey ? count : 0);
}

Status CheckPixels(const Pixels& pixels) {
  const int64_t samples = int64_t{pixels.width} * pixels.height * 3;
  if (pixels.width < 1 || pixels.height < 1 || static_cast<int64_t>(pixels.rgb.size()) != samples) {
    return InvalidArgument(StrCat("resize a picture: ", pixels.width, " x ", pixels.height, " pixels with ", pixels.rgb.size(), " samples"));
  }
  if (HasItsPlanes(pixels)) return Status();
  return InvalidArgument(StrCat("resize a picture: ", pixels.alpha.size(), " alpha, ", pixels.inks.size(), " ink and ", pixels.deep.size(),
                                " 16-bit samples for ", samples / 3, " pixels"));
}

}  // namespace

SampleView ViewOf(const Pixels& pixels) {
  const PictureFrame& frame = pixels.frame;
  return {.samples = pixels.rgb.data(),
          .width = pixels.width,
          .height = pixels.height,
          .channels = 3,
          .across = {.start = frame.left, .length = static_cast<double>(frame.width) / frame.shrink},
          .down = {.start = frame.top, .length = static_cast<double>(frame.height) / frame.shrink}};
}

Result<ModelInput> Preprocess(const Pixels& pixels, const PreprocessProfile& profile) {
  RETURN_IF_ERROR(CheckPixels(pixels));
  const Size size = ResizedSize(pixels, profile);
  const int side = profile.image_size;
  const Placement across = Place(size.width, side, profile.crop_rounding);
  const Placement down = Place(size.height, side, profile.crop_rounding);
  const PixelRect part{.x = across.from, .y = down.from, .width = across.length, .height = down.length};
  std::vector<uint8_t> rgb = ResizeRgb(pixels, size, profile, part);
  if (part.width == side && part.height == side) return ModelInput{.rgb = std::move(rgb)};

  ModelInput padded{.rgb = std::vector<uint8_t>(static_cast<size_t>(side) * static_cast<size_t>(side) * 3, profile.fill)};
  const size_t row_bytes = static_cast<size_t>(part.width) * 3;
  for (int y = 0; y < part.height; ++y) {
    const size_t at = (static_cast<size_t>(down.to + y) * static_cast<size_t>(side) + static_cast<size_t>(across.to)) * 3;
    std::memcpy(padded.rgb.data() + at, rgb.data() + static_cast<size_t>(y) * row_bytes, row_bytes);
  }
  return padded;
}

Result<Pixels> ResizeLikePil(const Pixels& pixels, int width, int height, Interpolation interpolation) {
  RETURN_IF_ERROR(CheckPixels(pixels));
  if (width < 1 || height < 1) return Failed(InvalidArgument(StrCat("resize a picture to ", width, " x ", height)));
  Pixels resized{.width = width, .height = height, .icc_profile = pixels.icc_profile};
  resized.rgb = ResizePart(ViewOf(pixels), width, height, interpolation, {.x = 0, .y = 0, .width = width, .height = height});
  return resized;
}

}  // namespace fovea::encoder
