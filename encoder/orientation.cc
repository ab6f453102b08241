#include "encoder/orientation.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace fovea::encoder {
namespace {

// As the pixels, which still have their old size, are about to be turned.
void TurnFrame(Pixels& pixels, bool swaps, bool from_right, bool from_bottom) {
  PictureFrame& frame = pixels.frame;
  if (frame.width == 0) return;
  if (from_right) frame.left = pixels.width - static_cast<double>(frame.width) / frame.shrink - frame.left;
  if (from_bottom) frame.top = pixels.height - static_cast<double>(frame.height) / frame.shrink - frame.top;
  if (!swaps) return;
  std::swap(frame.width, frame.height);
  std::swap(frame.left, frame.top);
}

}  // namespace

Pixels ApplyOrientation(Pixels pixels, int orientation) {
  if (orientation < 2 || orientation > 8) return pixels;
  const bool swaps = orientation >= 5;
  const std::ptrdiff_t from_width = pixels.width;
  const std::ptrdiff_t from_height = pixels.height;
  const std::ptrdiff_t width = swaps ? from_height : from_width;
  const std::ptrdiff_t height = swaps ? from_width : from_height;
  // Where the upper left pixel comes from, and how far the source moves per step to the right and down.
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::ptrdiff_t along_x = from_right ? -1 : 1;
  const std::ptrdiff_t along_y = from_bottom ? -from_width : from_width;
  const std::ptrdiff_t start = (from_right ? from_width - 1 : 0) + (from_bottom ? (from_height - 1) * from_width : 0);
  const std::ptrdiff_t right = swaps ? along_y : along_x;
  const std::ptrdiff_t down = swaps ? along_x : along_y;

  TurnFrame(pixels, swaps, from_right, from_bottom);

  std::vector<uint8_t> turned(pixels.rgb.size());
  constexpr std::ptrdiff_t kTile = 32;  // both sides of a swap stay in the cache
  for (std::ptrdiff_t top = 0; top < height; top += kTile) {
    for (std::ptrdiff_t left = 0; left < width; left += kTile) {
      for (std::ptrdiff_t y = top; y < std::min(top + kTile, height); ++y) {
        for (std::ptrdiff_t x = left; x < std::min(left + kTile, width); ++x) {
          const uint8_t* from = pixels.rgb.data() + (start + x * right + y * down) * 3;
          uint8_t* to = turned.data() + (y * width + x) * 3;
          to[0] = from[0];
          to[1] = from[1];
          to[2] = from[2];
        }
      }
    }
  }
  pixels.rgb = std::move(turned);
  pixels.width = static_cast<int>(width);
  pixels.height = static_cast<int>(height);
  return pixels;
}

}  // namespace fovea::encoder
