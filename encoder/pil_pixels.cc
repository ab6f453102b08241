#include "encoder/pil_pixels.h"

#include <vector>

namespace fovea::encoder {
namespace {

// The header's mode, or plain colour where the rows do not hold what it needs.
ColourModel Served(ColourModel model, const SampleKind& kind) {
  const bool missing = (model == ColourModel::kAlpha && !kind.alpha) || (model == ColourModel::kInk && !kind.cmyk) ||
                       (model == ColourModel::kDeepGrey && kind.bits != 16);
  return missing ? ColourModel::kColour : model;
}

// Appends one row of RGB or RGBA; a pixel without any opacity takes the colour that lies `behind`, if there is one.
void TakeColours(const std::vector<uint8_t>& row, size_t channels, const PilMode& mode, Pixels& pixels) {
  for (auto pixel = row.begin(); pixel != row.end(); pixel += static_cast<std::ptrdiff_t>(channels)) {
    if (channels == 4 && pixel[3] == 0 && mode.behind) {
      pixels.rgb.insert(pixels.rgb.end(), mode.behind->begin(), mode.behind->end());
    } else {
      pixels.rgb.insert(pixels.rgb.end(), pixel, pixel + 3);
    }
    if (mode.model == ColourModel::kAlpha) pixels.alpha.push_back(pixel[3]);
  }
}

}  // namespace

Status ReadLikePil(PictureSource& source, const PilMode& mode, Pixels& pixels) {
  const SampleKind kind = source.kind();
  pixels.width = source.width();
  pixels.height = source.height();
  pixels.model = Served(mode.model, kind);
  const size_t width = static_cast<size_t>(pixels.width);
  const size_t channels = static_cast<size_t>(OutputChannels(kind));
  pixels.rgb.reserve(width * static_cast<size_t>(pixels.height) * 3);
  std::vector<uint8_t> converted(width * channels);
  std::vector<uint8_t> inks(kind.cmyk ? width * 4 : 0);
  return source.ReadRows([&](const void* row) {
    ConvertRow(row, pixels.width, kind, converted.data());
    TakeColours(converted, channels, {pixels.model, mode.behind}, pixels);
    if (pixels.model == ColourModel::kInk) {
      CopyInks(row, pixels.width, kind, inks.data());
      pixels.inks.insert(pixels.inks.end(), inks.begin(), inks.end());
    } else if (pixels.model == ColourModel::kDeepGrey) {
      const auto* samples = static_cast<const uint16_t*>(row);
      for (size_t x = 0; x < width; ++x) pixels.deep.push_back(samples[x * static_cast<size_t>(kind.bands)]);
    }
  });
}

}  // namespace fovea::encoder
