// Preprocess and ResizeLikePil against hashes of what Pillow and the original's transform gave for the same bytes.
// label: unit
#include "encoder/preprocess.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "tests/support/matchers.h"
#include "tests/support/reference_noise.h"

namespace fovea::encoder {
namespace {

using test::IsOk;
using test::StatusIs;

Pixels Noise(int width, int height) {
  return {.width = width, .height = height, .rgb = test::ReferenceBytes("pixels", static_cast<size_t>(width) * static_cast<size_t>(height) * 3)};
}

std::string Hash(const std::vector<uint8_t>& bytes) {
  return ToHex(Sha256({reinterpret_cast<const char*>(bytes.data()), bytes.size()})).substr(0, 16);
}

PreprocessProfile Profile(int side) { return {.image_size = side, .resize_to = side}; }

struct ReferenceCase {
  int width, height, side;
  std::string source_hash;
  int resized_width, resized_height;
  std::string resized_hash, crop_hash;
};

const ReferenceCase kCases[] = {
    {97, 61, 32, "ca325771c3fa171b", 50, 32, "919ce0f686554cb9", "247def62d48edb67"},
    {61, 97, 32, "ca325771c3fa171b", 32, 50, "6fafa1873ef21911", "d73669f336c7cf15"},
    {20, 13, 32, "003eebfb16c8e5a7", 49, 32, "dee233c5302ca7b4", "c3e07619790522ce"},
    {70, 64, 32, "5bdcda5fa840ac33", 35, 32, "0df68378d95cfc9b", "904c9890c769f5b4"},
    {32, 40, 32, "c647c9f34a23f266", 32, 40, "c647c9f34a23f266", "919102982ac53af3"},
    {640, 480, 224, "aa3ee111ef5f3a6b", 298, 224, "e988e91a03fc202b", "61ff8c5b44e03009"},
    {501, 333, 224, "97cf66f231d40774", 337, 224, "b8fcef62f9c2eb0f", "a1cf3d14d31b7760"},
};

TEST(ResizeLikePil, GivesPillowsBytes) {
  for (const ReferenceCase& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.width << " x " << c.height);
    const Pixels source = Noise(c.width, c.height);
    EXPECT_EQ(Hash(source.rgb), c.source_hash);
    const auto resized = ResizeLikePil(source, c.resized_width, c.resized_height, Interpolation::kBicubic);
    ASSERT_THAT(resized, IsOk());
    EXPECT_EQ(Hash(resized->rgb), c.resized_hash);
  }
}

TEST(Preprocess, CropsAsTheOriginalDoes) {
  for (const ReferenceCase& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.width << " x " << c.height);
    const auto input = Preprocess(Noise(c.width, c.height), Profile(c.side));
    ASSERT_THAT(input, IsOk());
    EXPECT_EQ(Hash(input->rgb), c.crop_hash);
  }
}

TEST(Preprocess, CropsAsTransformersDoes) {
  for (const ReferenceCase& c : kCases) {
    SCOPED_TRACE(testing::Message() << c.width << " x " << c.height);
    PreprocessProfile profile = Profile(c.side);
    profile.crop_rounding = CropRounding::kFloor;
    profile.colour_order = ColourOrder::kRgbThenResize;
    const auto input = Preprocess(Noise(c.width, c.height), profile);
    ASSERT_THAT(input, IsOk());
    EXPECT_EQ(Hash(input->rgb), c.width == 70 ? "2d78ace895d563e8" : c.crop_hash);
  }
}

TEST(Preprocess, RoundsHalfMarginsToEvenOrDown) {
  const struct {
    int margin, half_even, floor;
  } cases[] = {{1, 0, 0}, {3, 2, 1}, {5, 2, 2}, {7, 4, 3}};
  for (const auto& c : cases) {
    const Pixels source = Noise(8 + c.margin, 8);
    for (const auto rounding : {CropRounding::kHalfEven, CropRounding::kFloor}) {
      PreprocessProfile profile = Profile(8);
      profile.crop_rounding = rounding;
      const auto input = Preprocess(source, profile);
      ASSERT_THAT(input, IsOk());
      const size_t offset = static_cast<size_t>(rounding == CropRounding::kHalfEven ? c.half_even : c.floor);
      EXPECT_TRUE(std::equal(input->rgb.begin(), input->rgb.begin() + 24, source.rgb.begin() + static_cast<long>(offset * 3)))
          << "margin " << c.margin;
    }
  }
}

// A picture with an alpha plane: the generator's bytes are interleaved RGBA (or grey and alpha).
Pixels NoiseWithAlpha(int width, int height, size_t channels) {
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  const std::vector<uint8_t> bytes = test::ReferenceBytes("pixels", count * channels);
  Pixels pixels{.width = width, .height = height, .rgb = {}, .model = ColourModel::kAlpha};
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < 3; ++c) pixels.rgb.push_back(bytes[i * channels + (channels == 4 ? c : 0)]);
    pixels.alpha.push_back(bytes[i * channels + channels - 1]);
  }
  return pixels;
}

Pixels NoisePalette(int width, int height) {
  const std::vector<uint8_t> indices = test::ReferenceBytes("pixels", static_cast<size_t>(width) * static_cast<size_t>(height));
  const std::vector<uint8_t> palette = test::ReferenceBytes("palette", 768);
  Pixels pixels{.width = width, .height = height, .rgb = {}, .model = ColourModel::kPalette};
  for (const uint8_t index : indices) pixels.rgb.insert(pixels.rgb.end(), palette.begin() + index * 3, palette.begin() + index * 3 + 3);
  return pixels;
}

TEST(Preprocess, TreatsAlphaAndPaletteAsPilDoes) {
  PreprocessProfile late = Profile(16);
  PreprocessProfile early = Profile(16);
  early.crop_rounding = CropRounding::kFloor;
  early.colour_order = ColourOrder::kRgbThenResize;
  EXPECT_EQ(Hash(Preprocess(NoiseWithAlpha(40, 30, 4), late)->rgb), "ef471abb1ebab94c");
  EXPECT_EQ(Hash(Preprocess(NoiseWithAlpha(40, 30, 4), early)->rgb), "a36618e4368594b6");
  EXPECT_EQ(Hash(Preprocess(NoiseWithAlpha(40, 30, 2), late)->rgb), "9754f6cb13993d39");
  EXPECT_EQ(Hash(Preprocess(NoisePalette(40, 30), late)->rgb), "bd7b0aabeb7a70eb");
  EXPECT_EQ(Hash(Preprocess(NoisePalette(40, 30), early)->rgb), "b674e651dae0e6dd");
}

// What Pillow's resize gives with a `box`, and the size that the whole picture asks for: its pixels would ask for one row or column less.
TEST(Preprocess, ResizesWhatTheFrameHolds) {
  const struct {
    double left, top;
    std::string resized_hash, crop_hash;
  } cases[] = {{0, 0, "0ce9e68c990f070b", "bc4c50b1dfb7dfb3"}, {0.25, 0.25, "d6a207b70092ef4f", "21f9353240c9d892"}, {0.25, 0, "226c30f33e928c53", "e02f9cf1f481f2ee"}};
  for (const auto& c : cases) {
    Pixels shrunk = Noise(51, 38);
    shrunk.frame = {.shrink = 4, .width = 203, .height = 151, .left = c.left, .top = c.top};
    EXPECT_EQ(Hash(ResizeLikePil(shrunk, 43, 32, Interpolation::kBicubic)->rgb), c.resized_hash);
    EXPECT_EQ(Hash(Preprocess(shrunk, Profile(32))->rgb), c.crop_hash);
  }
}

TEST(Preprocess, TakesTheLongestSideFromTheFrame) {
  PreprocessProfile profile = Profile(32);
  profile.resize_mode = ResizeMode::kLongest;
  profile.fill = 7;
  Pixels shrunk = Noise(26, 12);
  shrunk.frame = {.shrink = 4, .width = 101, .height = 45};
  EXPECT_EQ(Hash(Preprocess(shrunk, profile)->rgb), "54d7041f4a296f07");
}

TEST(Preprocess, TreatsGreyAsThreeEqualChannels) {
  const std::vector<uint8_t> grey = test::ReferenceBytes("pixels", 40 * 30);
  Pixels pixels{.width = 40, .height = 30, .rgb = {}};
  for (const uint8_t v : grey) pixels.rgb.insert(pixels.rgb.end(), 3, v);
  EXPECT_EQ(Hash(Preprocess(pixels, Profile(16))->rgb), "50aea8db454043bc");
}

TEST(Preprocess, SquashesBothSidesWithoutCrop) {
  PreprocessProfile profile = Profile(24);
  profile.resize_mode = ResizeMode::kSquash;
  const Pixels source = Noise(50, 20);
  EXPECT_EQ(Preprocess(source, profile)->rgb, ResizeLikePil(source, 24, 24, Interpolation::kBicubic)->rgb);
}

TEST(Preprocess, PadsTheShorterSideOfLongestWithTheFill) {
  PreprocessProfile profile = Profile(24);
  profile.resize_mode = ResizeMode::kLongest;
  profile.fill = 7;
  const Pixels source = Noise(48, 22);  // 24 x 11: 6 rows above, 7 below
  const auto input = Preprocess(source, profile);
  ASSERT_THAT(input, IsOk());
  const auto middle = ResizeLikePil(source, 24, 11, Interpolation::kBicubic);
  const std::vector<uint8_t> above(24 * 6 * 3, 7);
  EXPECT_TRUE(std::equal(above.begin(), above.end(), input->rgb.begin()));
  EXPECT_TRUE(std::equal(middle->rgb.begin(), middle->rgb.end(), input->rgb.begin() + 24 * 6 * 3));
  EXPECT_TRUE(std::all_of(input->rgb.end() - 24 * 7 * 3, input->rgb.end(), [](uint8_t v) { return v == 7; }));
}

TEST(Preprocess, PadsWhenTheCropIsLargerThanTheResize) {
  PreprocessProfile profile = Profile(32);
  profile.resize_to = 16;
  profile.fill = 9;
  const auto input = Preprocess(Noise(40, 40), profile);
  ASSERT_THAT(input, IsOk());
  ASSERT_EQ(input->rgb.size(), 32u * 32 * 3);
  EXPECT_EQ(input->rgb[0], 9);
  EXPECT_EQ(input->rgb.back(), 9);
}

// A thin picture grows to a size that must never be computed, let alone held: only the crop is.
TEST(Preprocess, TakesPicturesOneLineHigh) {
  for (const auto& [width, height] : {std::pair{1, 200'000}, std::pair{200'000, 1}, std::pair{1, 1}}) {
    const Pixels thin{.width = width, .height = height, .rgb = std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height) * 3, 77)};
    const auto input = Preprocess(thin, Profile(224));
    ASSERT_THAT(input, IsOk());
    EXPECT_EQ(input->rgb, std::vector<uint8_t>(224 * 224 * 3, 77));
  }
}

TEST(Preprocess, RefusesAnEmptyPicture) {
  EXPECT_THAT(Preprocess(Pixels{}, Profile(32)), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Preprocess(Pixels{.width = 3, .height = 2, .rgb = std::vector<uint8_t>(17)}, Profile(32)), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ResizeLikePil(Noise(2, 2), 0, 5, Interpolation::kBicubic), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fovea::encoder
