// MakeThumbnail: size, content, colour profile, small pictures.
// label: unit
#include "encoder/thumbnail.h"

#include <gtest/gtest.h>

#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"

namespace fovea::encoder {
namespace {

using test::IsOk;
using test::StatusIs;

class Thumbnail : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitDecoder(1), IsOk()); }
};

Pixels Flat(int width, int height, uint8_t value) {
  return {.width = width, .height = height, .rgb = std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height) * 3, value)};
}

TEST_F(Thumbnail, BoundsTheLongerSideAndKeepsTheShape) {
  const struct {
    int width, height, side, expected_width, expected_height;
  } cases[] = {{640, 480, 320, 320, 240}, {480, 640, 320, 240, 320}, {200, 100, 320, 200, 100}, {1000, 1, 100, 100, 1}, {1, 1, 320, 1, 1}, {333, 333, 100, 100, 100}};
  for (const auto& c : cases) {
    const auto webp = MakeThumbnail(Flat(c.width, c.height, 90), c.side);
    ASSERT_THAT(webp, IsOk());
    const auto decoded = DecodeBytes(*webp, {});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->facts.format, "webp");
    EXPECT_EQ(decoded->pixels.width, c.expected_width);
    EXPECT_EQ(decoded->pixels.height, c.expected_height);
    EXPECT_NEAR(decoded->pixels.rgb[0], 90, 2);
  }
}

TEST_F(Thumbnail, ShowsWhatThePictureShows) {
  const test::PictureSpec large{.width = 600, .height = 400, .seed = 21};
  const test::PictureSpec small{.width = 150, .height = 100, .seed = 21};
  const auto webp = MakeThumbnail({.width = 600, .height = 400, .rgb = test::DrawPicture(large)}, 150);
  ASSERT_THAT(webp, IsOk());
  const auto decoded = DecodeBytes(*webp, {});
  ASSERT_THAT(decoded, IsOk());
  const std::vector<uint8_t> expected = test::DrawPicture(small);
  ASSERT_EQ(decoded->pixels.rgb.size(), expected.size());
  double sum = 0;
  for (size_t i = 0; i < expected.size(); ++i) sum += std::abs(int{expected[i]} - int{decoded->pixels.rgb[i]});
  EXPECT_LT(sum / static_cast<double>(expected.size()), 6.0);
  EXPECT_LT(webp->size(), 10'000u);
}

// Of 64 x 64 pixels the picture fills the left half; the rest stands for what lies beyond its edge.
TEST_F(Thumbnail, ShowsOnlyWhatTheFrameHolds) {
  Pixels pixels = Flat(64, 64, 200);
  for (size_t i = 0; i < pixels.rgb.size(); ++i) pixels.rgb[i] = i / 3 % 64 < 40 ? 30 : 200;
  pixels.frame = {.shrink = 4, .width = 128, .height = 256};
  const auto decoded = DecodeBytes(*MakeThumbnail(pixels, 32), {});
  ASSERT_THAT(decoded, IsOk());
  for (const uint8_t sample : decoded->pixels.rgb) EXPECT_NEAR(sample, 30, 3);
}

TEST_F(Thumbnail, CarriesTheColourProfileOn) {
  const auto decoded = DecodeBytes(test::MakePicture({.icc_profile = "p3"}), {});
  ASSERT_THAT(decoded, IsOk());
  const auto webp = MakeThumbnail(decoded->pixels, 32);
  ASSERT_THAT(webp, IsOk());
  EXPECT_EQ(DecodeBytes(*webp, {})->pixels.icc_profile, decoded->pixels.icc_profile);
}

TEST_F(Thumbnail, RefusesEmptyPicturesAndSizes) {
  EXPECT_THAT(MakeThumbnail({}, 100), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(MakeThumbnail(Flat(4, 4, 0), 0), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fovea::encoder
