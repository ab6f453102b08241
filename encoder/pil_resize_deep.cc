// Compiled with -ffp-contract=off: the sums must round exactly as PIL's do.
#include "encoder/pil_resize_deep.h"

#include <algorithm>

#include "encoder/pil_coefficients.h"

namespace fovea::encoder {
namespace {

size_t Index(int64_t value) { return static_cast<size_t>(value); }

uint16_t Rounded(double sum) { return static_cast<uint16_t>(std::clamp(static_cast<int>(sum >= 0 ? sum + 0.5 : sum - 0.5), 0, 65535)); }

// A picture of which the columns from `left` and the rows from `top` are there.
struct Part {
  int left = 0;
  int top = 0;
  size_t width = 0;
  size_t height = 0;
  std::vector<uint16_t> samples = {};
};

Part Across(const Part& in, const PilAxis& axis) {
  Part out{.left = 0, .top = in.top, .width = axis.windows.size(), .height = in.height};
  out.samples.reserve(out.width * out.height);
  for (size_t y = 0; y < in.height; ++y) {
    for (size_t x = 0; x < out.width; ++x) {
      const uint16_t* from = in.samples.data() + y * in.width + Index(axis.windows[x].first - in.left);
      double sum = 0;
      for (int j = 0; j < axis.windows[x].count; ++j) sum += from[j] * axis.ExactWeightsOf(x)[j];
      out.samples.push_back(Rounded(sum));
    }
  }
  return out;
}

Part Down(const Part& in, const PilAxis& axis) {
  Part out{.left = in.left, .top = 0, .width = in.width, .height = axis.windows.size()};
  out.samples.reserve(out.width * out.height);
  for (size_t y = 0; y < out.height; ++y) {
    const uint16_t* first = in.samples.data() + Index(axis.windows[y].first - in.top) * in.width;
    for (size_t x = 0; x < in.width; ++x) {
      double sum = 0;
      for (int j = 0; j < axis.windows[y].count; ++j) sum += first[Index(j) * in.width + x] * axis.ExactWeightsOf(y)[j];
      out.samples.push_back(Rounded(sum));
    }
  }
  return out;
}

Part Cut(const Part& in, int left, int top, size_t width, size_t height) {
  Part out{.left = left, .top = top, .width = width, .height = height};
  for (size_t y = 0; y < height; ++y) {
    const auto from = in.samples.begin() + static_cast<std::ptrdiff_t>((y + Index(top - in.top)) * in.width + Index(left - in.left));
    out.samples.insert(out.samples.end(), from, from + static_cast<std::ptrdiff_t>(width));
  }
  return out;
}

}  // namespace

std::vector<uint16_t> ResizeDeepPart(std::span<const uint16_t> samples, int width, int64_t output_width, int64_t output_height,
                                     Interpolation interpolation, const PixelRect& part) {
  const int height = static_cast<int>(samples.size() / Index(width));
  const bool across = output_width != width;
  const bool down = output_height != height;
  const PilAxis wide = across ? MakePilAxis(width, output_width, interpolation, part.x, part.width) : PilAxis();
  const PilAxis tall = down ? MakePilAxis(height, output_height, interpolation, part.y, part.height) : PilAxis();
  Part picture{.width = Index(width), .height = Index(height), .samples = {samples.begin(), samples.end()}};
  if (!across) picture = Cut(picture, static_cast<int>(part.x), 0, Index(part.width), picture.height);
  if (!down) picture = Cut(picture, picture.left, static_cast<int>(part.y), picture.width, Index(part.height));
  const bool down_first = PilResizesDownFirst(width, height, output_width, output_height);
  if (down && down_first) picture = Down(picture, tall);
  if (across) picture = Across(picture, wide);
  if (down && !down_first) picture = Down(picture, tall);
  return std::move(picture.samples);
}

}  // namespace fovea::encoder
