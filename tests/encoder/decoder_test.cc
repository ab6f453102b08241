// Decode: each format, each way of storing colours, orientation, shrinking, limits and what is refused.
// label: integration
#include "encoder/decoder.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/unique_fd.h"
#include "encoder/preprocess.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::encoder {
namespace {

using test::IsOk;
using test::MakePicture;
using test::PictureFormat;
using test::PictureKind;
using test::PictureSpec;
using test::StatusIs;
using testing::HasSubstr;

class Decoder : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitDecoder(1), IsOk()); }
};

Pixels DecodedPixels(const PictureSpec& spec, const DecodeOptions& options = {}) {
  auto decoded = DecodeBytes(MakePicture(spec), options);
  EXPECT_THAT(decoded, IsOk());
  return decoded ? decoded->pixels : Pixels{};
}

double MeanDifference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  if (a.size() != b.size()) return 255;
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(int{a[i]} - int{b[i]});
  return sum / static_cast<double>(a.size());
}

TEST_F(Decoder, GivesSizeFormatAndColoursOfEachFormat) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    SCOPED_TRACE(test::Name(format));
    const PictureSpec spec{.width = 131, .height = 77, .format = format, .seed = 5};
    const auto decoded = DecodeBytes(MakePicture(spec), {});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->facts.format, test::Name(format));
    EXPECT_EQ(decoded->facts.width, 131);
    EXPECT_EQ(decoded->facts.height, 77);
    EXPECT_EQ(decoded->pixels.width, 131);
    EXPECT_EQ(decoded->pixels.height, 77);
    EXPECT_LT(MeanDifference(decoded->pixels.rgb, test::DrawPicture(spec)), 6.0);
  }
}

TEST_F(Decoder, KeepsEachSampleOfLosslessFiles) {
  for (const PictureFormat format : {PictureFormat::kPng, PictureFormat::kTiff}) {
    for (const PictureKind kind : {PictureKind::kRgb, PictureKind::kRgba, PictureKind::kRgb16}) {
      for (const DecodeMode mode : {DecodeMode::kFast, DecodeMode::kParity}) {
        const PictureSpec spec{.width = 41, .height = 67, .format = format, .kind = kind, .seed = 3};
        EXPECT_EQ(DecodedPixels(spec, {.mode = mode}).rgb, test::DrawPicture(spec)) << test::Name(format) << " kind " << static_cast<int>(kind);
      }
    }
  }
}

TEST_F(Decoder, GivesGreyAsEqualChannels) {
  for (const PictureKind kind : {PictureKind::kGrey, PictureKind::kGrey16, PictureKind::kGreyAlpha}) {
    const PictureSpec spec{.format = PictureFormat::kPng, .kind = kind, .seed = 4};
    std::vector<uint8_t> expected = test::DrawPicture(spec);
    for (size_t i = 0; i < expected.size(); i += 3) expected[i] = expected[i + 2] = expected[i + 1];
    EXPECT_EQ(DecodedPixels(spec).rgb, expected);
  }
}

TEST_F(Decoder, ReadsInterlacedAndProgressiveFiles) {
  for (const PictureFormat format : {PictureFormat::kPng, PictureFormat::kJpeg}) {
    const PictureSpec spec{.width = 90, .height = 70, .format = format, .seed = 8, .interlaced = true};
    EXPECT_LT(MeanDifference(DecodedPixels(spec).rgb, test::DrawPicture(spec)), 6.0);
  }
}

TEST_F(Decoder, ResolvesPalettes) {
  const PictureSpec spec{.format = PictureFormat::kPng, .kind = PictureKind::kPalette, .seed = 6};
  EXPECT_LT(MeanDifference(DecodedPixels(spec).rgb, test::DrawPicture(spec)), 6.0);
  EXPECT_EQ(DecodedPixels(spec, {.mode = DecodeMode::kParity}).model, ColourModel::kPalette);
  EXPECT_EQ(DecodedPixels(spec).model, ColourModel::kColour);
}

TEST_F(Decoder, ConvertsInkToLight) {
  const PictureSpec spec{.kind = PictureKind::kCmyk, .seed = 2, .quality = 98};
  const std::vector<uint8_t> expected = test::DrawPicture(spec);  // inks are 255 - RGB, no black
  EXPECT_LT(MeanDifference(DecodedPixels(spec, {.mode = DecodeMode::kParity}).rgb, expected), 6.0);
  EXPECT_LT(MeanDifference(DecodedPixels(spec).rgb, expected), 60.0);  // as print inks look: duller
}

TEST_F(Decoder, PutsDarkDrawingsOnWhiteAndLightOnesOnBlack) {
  for (const auto& [ink, backdrop] : {std::pair<uint8_t, int>{10, 255}, {250, 0}}) {
    const PictureSpec spec{.format = PictureFormat::kPng, .kind = PictureKind::kRgba, .colour = {{ink, ink, ink}}, .alpha = 51};
    const int expected = ink * 51 / 255 + backdrop * 204 / 255;
    EXPECT_NEAR(DecodedPixels(spec).rgb[0], expected, 1);
    EXPECT_EQ(DecodedPixels(spec, {.mode = DecodeMode::kParity}).rgb[0], ink);
    EXPECT_EQ(DecodedPixels(spec, {.mode = DecodeMode::kParity}).alpha[0], 51);
  }
}

TEST_F(Decoder, CarriesAColourProfileUnlessItIsSrgb) {
  EXPECT_GT(DecodedPixels({.icc_profile = "p3"}).icc_profile.size(), 128u);
  EXPECT_TRUE(DecodedPixels({.icc_profile = "srgb"}).icc_profile.empty());
  EXPECT_TRUE(DecodedPixels({}).icc_profile.empty());
}

std::array<uint8_t, 3> PixelAt(const std::vector<uint8_t>& rgb, int width, int x, int y) {
  const size_t i = static_cast<size_t>(y * width + x) * 3;
  return {rgb[i], rgb[i + 1], rgb[i + 2]};
}

TEST_F(Decoder, TurnsThePictureAsEachOrientationAsks) {
  // For 1..8: which corner of the file (0 upper left, 1 upper right, 2 lower left, 3 lower right) becomes the upper left
  // and the upper right one.
  constexpr int kUpperLeft[] = {0, 1, 3, 2, 0, 2, 3, 1};
  constexpr int kUpperRight[] = {1, 0, 2, 3, 2, 0, 1, 3};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const PictureSpec spec{.width = 70, .height = 40, .format = PictureFormat::kPng, .seed = 11, .exif = {.orientation = orientation}};
    const std::vector<uint8_t> drawn = test::DrawPicture(spec);
    const auto corner = [&drawn](int which) { return PixelAt(drawn, 70, which % 2 * 69, which / 2 * 39); };
    const auto decoded = DecodeBytes(MakePicture(spec), {});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->facts.orientation, orientation);
    EXPECT_EQ(decoded->pixels.width, orientation < 5 ? 70 : 40);
    EXPECT_EQ(decoded->facts.width, orientation < 5 ? 70 : 40);
    EXPECT_EQ(decoded->facts.height, orientation < 5 ? 40 : 70);
    const int width = decoded->pixels.width;
    EXPECT_EQ(PixelAt(decoded->pixels.rgb, width, 0, 0), corner(kUpperLeft[orientation - 1]));
    EXPECT_EQ(PixelAt(decoded->pixels.rgb, width, width - 1, 0), corner(kUpperRight[orientation - 1]));
  }
}

TEST_F(Decoder, TurnsEachFormatWhoseOrientationIsInExif) {
  for (const PictureFormat format : {PictureFormat::kJpeg, PictureFormat::kPng, PictureFormat::kWebp, PictureFormat::kTiff}) {
    SCOPED_TRACE(test::Name(format));
    const PictureSpec spec{.width = 70, .height = 40, .format = format, .exif = {.orientation = 6}};
    EXPECT_EQ(DecodedPixels(spec).width, 40);
    EXPECT_EQ(DecodedPixels(spec, {.mode = DecodeMode::kParity}).width, 70);
  }
}

// HEIC, AVIF and JPEG XL say themselves how they are turned; turning them again by EXIF is the usual mistake.
TEST_F(Decoder, LeavesFormatsThatTurnThemselves) {
  for (const PictureFormat format : {PictureFormat::kHeic, PictureFormat::kAvif, PictureFormat::kJxl}) {
    SCOPED_TRACE(test::Name(format));
    const auto decoded = DecodeBytes(MakePicture({.width = 70, .height = 40, .format = format, .exif = {.orientation = 6}}), {});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->pixels.width, 70);
    EXPECT_EQ(decoded->facts.orientation, 1);
  }
}

TEST_F(Decoder, ShrinksToNoLessThanTwiceWhatIsWanted) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    SCOPED_TRACE(test::Name(format));
    const PictureSpec spec{.width = 803, .height = 602, .format = format, .seed = 9};
    const auto decoded = DecodeBytes(MakePicture(spec), {.min_short_side_px = 33});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->facts.width, 803);
    EXPECT_EQ(decoded->facts.height, 602);
    // JPEG by 4, the most of its own; the others by 602 / (9 x 33) = 2. The edge's block is a part of one.
    EXPECT_EQ(decoded->pixels.width, format == PictureFormat::kJpeg ? 201 : 402);
    EXPECT_EQ(decoded->pixels.height, format == PictureFormat::kJpeg ? 151 : 301);
    PictureSpec small = spec;
    small.width = decoded->pixels.width;
    small.height = decoded->pixels.height;
    EXPECT_LT(MeanDifference(decoded->pixels.rgb, test::DrawPicture(small)), 8.0);
  }
}

TEST_F(Decoder, SaysWhereAShrunkPictureLies) {
  const PictureSpec spec{.width = 401, .height = 299, .format = PictureFormat::kJpeg, .exif = {.orientation = 6}};
  const PictureFrame frame = DecodedPixels(spec, {.min_short_side_px = 30}).frame;  // 101 x 75 pixels, the lower row of 3 / 4 comes to lie left
  EXPECT_EQ(frame.shrink, 4);
  EXPECT_EQ(frame.width, 299);
  EXPECT_EQ(frame.height, 401);
  EXPECT_EQ(frame.left, 0.25);
  EXPECT_EQ(frame.top, 0);
  EXPECT_EQ(DecodedPixels(spec).frame.width, 0);
  EXPECT_EQ(DecodedPixels(spec, {.mode = DecodeMode::kParity, .min_short_side_px = 30}).frame.width, 0);
}

// The picture that its pixels would be without their frame is stretched by three columns of 401, and that shows at its discs' edges.
TEST_F(Decoder, ShrunkPicturesGiveTheInputOfWholeOnesHoweverTurned) {
  const PreprocessProfile profile{.image_size = 48, .resize_to = 48};
  for (const PictureFormat format : {PictureFormat::kJpeg, PictureFormat::kTiff}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      SCOPED_TRACE(testing::Message() << test::Name(format) << " " << orientation);
      const PictureSpec spec{.width = 1201, .height = 901, .format = format, .seed = 12, .quality = 98, .exif = {.orientation = orientation}};
      const auto exact = Preprocess(DecodedPixels(spec), profile);
      const Pixels shrunk = DecodedPixels(spec, {.min_short_side_px = 48});
      EXPECT_EQ(shrunk.frame.shrink, format == PictureFormat::kJpeg ? 4 : 2);
      const auto fast = Preprocess(shrunk, profile);
      ASSERT_THAT(exact, IsOk());
      ASSERT_THAT(fast, IsOk());
      EXPECT_LT(MeanDifference(exact->rgb, fast->rgb), 0.15);
    }
  }
}

TEST_F(Decoder, AveragesTransparentPartsByTheirAlpha) {
  const PictureSpec spec{.width = 400, .height = 400, .format = PictureFormat::kPng, .kind = PictureKind::kRgba, .colour = {{200, 40, 90}}, .alpha = 128};
  const Pixels small = DecodedPixels(spec, {.min_short_side_px = 20});
  EXPECT_EQ(small.width, 200);
  EXPECT_NEAR(small.rgb[0], 200 * 128 / 255 + 127, 1);
  EXPECT_NEAR(small.rgb[1], 40 * 128 / 255 + 127, 1);
}

TEST_F(Decoder, ParityNeverShrinks) {
  EXPECT_EQ(DecodedPixels({.width = 640, .height = 480}, {.mode = DecodeMode::kParity, .min_short_side_px = 20}).width, 640);
}

TEST_F(Decoder, RefusesWhatIsOverALimitBeforeItDecodes) {
  EXPECT_THAT(DecodeBytes(test::MakePngHeader(50'000, 50'000), {}),
              StatusIs(StatusCode::kInvalidArgument, testing::AllOf(HasSubstr("50000 x 50000"), HasSubstr("200000000"))));
  const std::string picture = MakePicture({.width = 100, .height = 100});
  EXPECT_THAT(DecodeBytes(picture, {.limits = {.max_pixels = 9'999}}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(DecodeBytes(picture, {.limits = {.max_pixels = 10'000}}), IsOk());
  const auto bytes = static_cast<int64_t>(picture.size());
  EXPECT_THAT(DecodeBytes(picture, {.limits = {.max_file_bytes = bytes - 1}}), StatusIs(StatusCode::kInvalidArgument, HasSubstr("limit")));
  EXPECT_THAT(DecodeBytes(picture, {.limits = {.max_file_bytes = bytes}}), IsOk());
}

TEST_F(Decoder, ReadsAFileFromItsBeginningAndLeavesItOpen) {
  const test::TempDir folder;
  auto fd = OpenForRead(folder.Write("a.txt", MakePicture({.width = 33, .height = 22})));  // the name says nothing
  ASSERT_THAT(fd, IsOk());
  for (int i = 0; i < 2; ++i) {
    const auto decoded = Decode(fd->get(), {});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->pixels.width, 33);
  }
  EXPECT_THAT(Decode(fd->get(), {.limits = {.max_file_bytes = 10}}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(Decoder, DecodesOnManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 8; ++i) {
        const auto format = test::AllPictureFormats()[static_cast<size_t>(i)];
        const PictureSpec spec{.format = format, .seed = static_cast<uint64_t>(t * 8 + i), .exif = {.make = "Maker", .model = "M"}};
        const auto decoded = DecodeBytes(MakePicture(spec), {});
        ASSERT_THAT(decoded, IsOk());
        EXPECT_LT(MeanDifference(decoded->pixels.rgb, test::DrawPicture(spec)), 8.0);
      }
    });
  }
}

}  // namespace
}  // namespace fovea::encoder
