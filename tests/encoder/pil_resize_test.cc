// PIL's resize: the weights of both filters, and the parts, shapes and channel counts that ResizePart takes.
// label: unit
#include "encoder/pil_resize.h"

#include <gmock/gmock.h>

#include "base/sha256.h"
#include "encoder/pil_coefficients.h"
#include "tests/support/reference_noise.h"

namespace fovea::encoder {
namespace {

using testing::ElementsAre;

std::vector<int32_t> Weights(const PilAxis& axis, size_t i) { return {axis.WeightsOf(i), axis.WeightsOf(i) + axis.windows[i].count}; }

std::vector<std::pair<int, int>> Bounds(const PilAxis& axis) {
  std::vector<std::pair<int, int>> bounds;
  for (const PilAxis::Window& window : axis.windows) bounds.emplace_back(window.first, window.count);
  return bounds;
}

TEST(PilAxis, ShrinksTenToFourWithTheReferenceWeights) {
  const PilAxis axis = MakePilAxis(10, 4, Interpolation::kBicubic, 0, 4);
  EXPECT_THAT(Bounds(axis), ElementsAre(std::pair(0, 6), std::pair(0, 9), std::pair(1, 9), std::pair(4, 6)));
  EXPECT_THAT(Weights(axis, 0), ElementsAre(1475606, 1766927, 1017815, 123947, -132995, -56998));
}

TEST(PilAxis, GrowsFourToTenWithTheReferenceWeights) {
  const PilAxis axis = MakePilAxis(4, 10, Interpolation::kBicubic, 0, 10);
  EXPECT_EQ(Bounds(axis)[0], std::pair(0, 2));
  EXPECT_EQ(Bounds(axis)[1], std::pair(0, 3));
  EXPECT_EQ(Bounds(axis)[2], std::pair(0, 3));
  EXPECT_THAT(Weights(axis, 0), ElementsAre(4609778, -415474));
  EXPECT_THAT(Weights(axis, 1), ElementsAre(3936317, 276127, -18140));
  EXPECT_THAT(Weights(axis, 2), ElementsAre(2220514, 2220514, -246724));
}

TEST(PilAxis, GivesEachPositionTheSameWeightsAlone) {
  const PilAxis whole = MakePilAxis(333, 77, Interpolation::kBilinear, 0, 77);
  for (int i = 0; i < 77; ++i) {
    const PilAxis one = MakePilAxis(333, 77, Interpolation::kBilinear, i, 1);
    EXPECT_EQ(Bounds(one)[0], Bounds(whole)[static_cast<size_t>(i)]);
    EXPECT_EQ(Weights(one, 0), Weights(whole, static_cast<size_t>(i)));
  }
}

TEST(PilAxis, TakesASpanOfAllForAll) {
  const PilAxis whole = MakePilAxis(333, 77, Interpolation::kBicubic, 0, 77);
  const PilAxis span = MakePilAxis(333, 77, Interpolation::kBicubic, 0, 77, {.start = 0, .length = 333});
  EXPECT_EQ(Bounds(span), Bounds(whole));
  EXPECT_EQ(span.weights, whole.weights);
}

// The middle 4 of 8 pixels to 2, as the 4 alone would be but for the neighbours that the filter reaches: 3 : 3 : 1 of the triangle's width.
TEST(PilAxis, ReachesBeyondTheSpan) {
  const PilAxis axis = MakePilAxis(8, 2, Interpolation::kBilinear, 0, 2, {.start = 2, .length = 4});
  EXPECT_THAT(Bounds(axis), ElementsAre(std::pair(1, 4), std::pair(3, 4)));
  EXPECT_THAT(Weights(axis, 0), ElementsAre(524288, 1572864, 1572864, 524288));
}

TEST(PilAxis, WeighsBilinearByTheTriangle) {
  const PilAxis axis = MakePilAxis(4, 2, Interpolation::kBilinear, 0, 2);
  EXPECT_THAT(Bounds(axis), ElementsAre(std::pair(0, 3), std::pair(1, 3)));
  // Distances 0.25, 0.25, 0.75 of the filter's width: 3 : 3 : 1 of 2^22.
  EXPECT_THAT(Weights(axis, 0), ElementsAre(1797559, 1797559, 599186));
}

// The filter read plainly, one output sample after the other: one pass along rows, or (with `down`) along columns.
std::vector<uint8_t> PassOneByOne(const SampleView& in, int output, Interpolation interpolation, bool down) {
  const PilAxis axis = MakePilAxis(down ? in.height : in.width, output, interpolation, 0, output);
  const int width = down ? in.width : output;
  const int height = down ? output : in.height;
  std::vector<uint8_t> result;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto i = static_cast<size_t>(down ? y : x);
      for (int c = 0; c < in.channels; ++c) {
        int64_t sum = 1 << (kPilFractionBits - 1);
        for (int j = 0; j < axis.windows[i].count; ++j) {
          const int from = axis.windows[i].first + j;
          const int pixel = down ? from * in.width + x : y * in.width + from;
          sum += int64_t{in.samples[pixel * in.channels + c]} * axis.WeightsOf(i)[j];
        }
        result.push_back(static_cast<uint8_t>(std::clamp<int64_t>(sum >> kPilFractionBits, 0, 255)));
      }
    }
  }
  return result;
}

std::vector<uint8_t> ResizeOneByOne(const SampleView& in, int width, int height, Interpolation interpolation) {
  const bool down_first = PilResizesDownFirst(in.width, in.height, width, height);
  const std::vector<uint8_t> first = PassOneByOne(in, down_first ? height : width, interpolation, down_first);
  const SampleView between{.samples = first.data(), .width = down_first ? in.width : width, .height = down_first ? height : in.height, .channels = in.channels};
  return PassOneByOne(between, down_first ? width : height, interpolation, !down_first);
}

// PIL 13: the vertical pass comes first where the height loses more than twice what the width loses.
TEST(PilResizesDownFirst, LooksAtWhatEachSideLoses) {
  EXPECT_FALSE(PilResizesDownFirst(100, 200, 50, 100));
  EXPECT_TRUE(PilResizesDownFirst(100, 201, 50, 100));
  EXPECT_TRUE(PilResizesDownFirst(100, 201, 150, 200));
  EXPECT_FALSE(PilResizesDownFirst(100, 200, 150, 200));
  EXPECT_FALSE(PilResizesDownFirst(10, 20, 30, 60));
}

TEST(ResizePart, AgreesWithThePlainReadingForManySizes) {
  for (int n = 0; n < 60; ++n) {
    const auto size = [n](uint64_t which) { return 1 + static_cast<int>(test::ReferenceNoise("sizes", static_cast<uint64_t>(n) * 4 + which) * 70); };
    const int channels = 1 + n % 4;
    const Interpolation interpolation = n % 5 == 0 ? Interpolation::kBilinear : Interpolation::kBicubic;
    const std::vector<uint8_t> noise = test::ReferenceBytes("pixels", static_cast<size_t>(size(0) * size(1) * channels));
    const SampleView view{.samples = noise.data(), .width = size(0), .height = size(1), .channels = channels};
    const auto resized = ResizePart(view, size(2), size(3), interpolation, {.x = 0, .y = 0, .width = size(2), .height = size(3)});
    const bool skips_a_pass = size(0) == size(2) || size(1) == size(3);
    if (skips_a_pass) continue;  // see KeepsAnAxisThatDoesNotChange
    EXPECT_EQ(resized, ResizeOneByOne(view, size(2), size(3), interpolation)) << size(0) << " x " << size(1) << " -> " << size(2) << " x " << size(3);
  }
}

TEST(ResizePart, KeepsAnAxisThatDoesNotChange) {
  const std::vector<uint8_t> noise = test::ReferenceBytes("pixels", 30 * 20 * 3);
  const SampleView view{.samples = noise.data(), .width = 30, .height = 20, .channels = 3};
  EXPECT_EQ(ResizePart(view, 30, 20, Interpolation::kBicubic, {.x = 0, .y = 0, .width = 30, .height = 20}), noise);
  // Each column alone gives what all of them give together.
  const auto narrow = ResizePart(view, 30, 9, Interpolation::kBicubic, {.x = 0, .y = 0, .width = 30, .height = 9});
  const auto column = ResizePart(view, 30, 9, Interpolation::kBicubic, {.x = 7, .y = 0, .width = 1, .height = 9});
  for (size_t y = 0; y < 9; ++y) EXPECT_EQ(column[y * 3], narrow[(y * 30 + 7) * 3]);
}

TEST(ResizePart, GivesThePartThatIsWanted) {
  const std::vector<uint8_t> noise = test::ReferenceBytes("pixels", 83 * 59 * 3);
  const SampleView view{.samples = noise.data(), .width = 83, .height = 59, .channels = 3};
  for (const auto& [width, height] : {std::pair{40, 33}, {83, 33}, {40, 59}, {200, 150}}) {
    const auto whole = ResizePart(view, width, height, Interpolation::kBicubic, {.x = 0, .y = 0, .width = width, .height = height});
    const auto part = ResizePart(view, width, height, Interpolation::kBicubic, {.x = 5, .y = 9, .width = 21, .height = 17});
    for (size_t y = 0; y < 17; ++y) {
      const auto from = whole.begin() + static_cast<long>(((y + 9) * static_cast<size_t>(width) + 5) * 3);
      EXPECT_TRUE(std::equal(from, from + 21 * 3, part.begin() + static_cast<long>(y * 21 * 3))) << width << " x " << height << " row " << y;
    }
  }
}

// Pillow's bytes for the same `box`; the second keeps the size of its input and is resized all the same.
TEST(ResizePart, ResizesTheSpansAsPillowResizesABox) {
  const std::vector<uint8_t> noise = test::ReferenceBytes("pixels", 51 * 38 * 3);
  const auto hash = [](const std::vector<uint8_t>& bytes) { return ToHex(Sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()})).substr(0, 16); };
  SampleView view{.samples = noise.data(), .width = 51, .height = 38, .channels = 3, .across = {.start = 1.5, .length = 47.5}, .down = {.start = 0.25, .length = 37.75}};
  EXPECT_EQ(hash(ResizePart(view, 20, 51, Interpolation::kBilinear, {.x = 0, .y = 0, .width = 20, .height = 51})), "e6d6df5445c3074c");
  view.across = {.start = 0, .length = 50.75};
  view.down = {.start = 0, .length = 37.75};
  EXPECT_EQ(hash(ResizePart(view, 51, 38, Interpolation::kBicubic, {.x = 0, .y = 0, .width = 51, .height = 38})), "97234b56ce14b779");
}

TEST(ResizePart, KeepsAFlatColourAtEverySize) {
  const std::vector<uint8_t> flat(17 * 13, 201);
  const SampleView view{.samples = flat.data(), .width = 17, .height = 13, .channels = 1};
  for (int side = 1; side < 40; ++side) {
    const auto resized = ResizePart(view, side, side, Interpolation::kBicubic, {.x = 0, .y = 0, .width = side, .height = side});
    EXPECT_EQ(resized, std::vector<uint8_t>(static_cast<size_t>(side * side), 201));
  }
}

TEST(ResizePartNearest, TakesThePixelUnderTheMiddle) {
  const std::vector<uint8_t> row = {10, 20, 30, 40, 50};
  const SampleView view{.samples = row.data(), .width = 5, .height = 1, .channels = 1};
  EXPECT_THAT(ResizePartNearest(view, 2, 1, {.x = 0, .y = 0, .width = 2, .height = 1}), ElementsAre(20, 40));
  EXPECT_THAT(ResizePartNearest(view, 10, 1, {.x = 3, .y = 0, .width = 4, .height = 1}), ElementsAre(20, 30, 30, 40));
}

}  // namespace
}  // namespace fovea::encoder
