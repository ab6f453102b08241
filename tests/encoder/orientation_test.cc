// ApplyOrientation: where the frame of a shrunk picture comes to lie. What becomes of the pixels: decoder_test.
// label: unit
#include "encoder/orientation.h"

#include <gtest/gtest.h>

namespace fovea::encoder {
namespace {

// 9 x 7 pixels at 1/4: the right column stands for one of the picture's, the lower row for three.
Pixels Shrunk() { return {.width = 3, .height = 2, .rgb = std::vector<uint8_t>(18), .frame = {.shrink = 4, .width = 9, .height = 7}}; }

TEST(ApplyOrientation, TurnsTheFrameWithThePixels) {
  const struct {
    int orientation;
    double left, top;
  } cases[] = {{1, 0, 0}, {2, 0.75, 0}, {3, 0.75, 0.25}, {4, 0, 0.25}, {5, 0, 0}, {6, 0.25, 0}, {7, 0.25, 0.75}, {8, 0, 0.75}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.orientation);
    const PictureFrame frame = ApplyOrientation(Shrunk(), c.orientation).frame;
    EXPECT_EQ(frame.shrink, 4);
    EXPECT_EQ(frame.width, c.orientation < 5 ? 9 : 7);
    EXPECT_EQ(frame.height, c.orientation < 5 ? 7 : 9);
    EXPECT_EQ(frame.left, c.left);
    EXPECT_EQ(frame.top, c.top);
  }
}

TEST(ApplyOrientation, FindsTheFrameAgainWhenTurnedBack) {
  constexpr int kBack[] = {1, 2, 3, 4, 5, 8, 7, 6};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const PictureFrame frame = ApplyOrientation(ApplyOrientation(Shrunk(), orientation), kBack[orientation - 1]).frame;
    EXPECT_EQ(frame.width, 9) << orientation;
    EXPECT_EQ(frame.left, 0) << orientation;
    EXPECT_EQ(frame.top, 0) << orientation;
  }
}

TEST(ApplyOrientation, LeavesAWholePictureWithoutAFrame) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const PictureFrame frame = ApplyOrientation({.width = 3, .height = 2, .rgb = std::vector<uint8_t>(18)}, orientation).frame;
    EXPECT_EQ(frame.width, 0);
    EXPECT_EQ(frame.left, 0);
    EXPECT_EQ(frame.top, 0);
  }
}

}  // namespace
}  // namespace fovea::encoder
