// Decode on bytes that are no picture of ours: other formats under any name, damaged and cut files.
// label: integration
#include <gtest/gtest.h>

#include "encoder/decoder.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"
#include "tests/support/reference_noise.h"

namespace fovea::encoder {
namespace {

using std::string_view_literals::operator""sv;
using test::IsOk;
using test::MakePicture;
using test::PictureFormat;
using test::StatusIs;
using testing::HasSubstr;

class DecoderRefusal : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitDecoder(1), IsOk()); }
};

TEST_F(DecoderRefusal, NamesWhatTheContentIsAndWhatIsRead) {
  const struct {
    std::string_view bytes;
    std::string_view what;
  } cases[] = {
      {"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>"sv, "SVG"},
      {"<svg width=\"9\" height=\"9\"><rect/></svg>"sv, "SVG"},
      {"%PDF-1.7\n1 0 obj"sv, "PDF"},
      {"%!PS-Adobe-3.0 EPSF-3.0\n"sv, "EPS"},
      {"\xc5\xd0\xd3\xc6\x1e\0\0\0"sv, "EPS"},
      {"BM\x36\0\0\0\0\0\0\0"sv, "BMP"},
      {"P6\n2 2\n255\n............"sv, "text"},
      {"just some words"sv, "text"},
      {"{\"json\": true}"sv, "text"},
      {"\x1f\x8b\x08\0\0\0\0\0"sv, "gzip"},
      {"PK\x03\x04\x14\0\0\0"sv, "ZIP"},
      {"\x7f" "ELF\x02\x01\x01\0"sv, "program"},
      {"\0\0\0\x20" "ftypisom\0\0\x02\0isomiso2avc1mp41"sv, "video"},
      {"\0\0\0\x0cjP  \r\n\x87\n"sv, "JPEG 2000"},
      {"RIFF\x24\0\0\0WAVEfmt "sv, "not WebP"},
      {"8BPS\0\x01"sv, "Photoshop"},
      {"SIMPLE  =                    T"sv, "FITS"},
      {"\x76\x2f\x31\x01\x02\0\0\0"sv, "OpenEXR"},
      {"\0\0\0\0\0\0\0\0"sv, "unknown"},
      {"\x89PNG\r\n"sv, "text"},  // cut within the signature
  };
  for (const auto& c : cases) {
    EXPECT_THAT(DecodeBytes(c.bytes, {}), StatusIs(StatusCode::kUnsupported, testing::AllOf(HasSubstr(std::string(c.what)), HasSubstr("read are JPEG"))));
  }
}

TEST_F(DecoderRefusal, CallsAnEmptyFileCorrupt) { EXPECT_THAT(DecodeBytes("", {}), StatusIs(StatusCode::kCorrupt, HasSubstr("empty"))); }

TEST_F(DecoderRefusal, CallsASignatureAloneCorrupt) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    SCOPED_TRACE(test::Name(format));
    const std::string head = MakePicture({.format = format}).substr(0, 16);
    EXPECT_THAT(DecodeBytes(head, {}), StatusIs(StatusCode::kCorrupt));
  }
}

// Cut at many lengths: an error of the right kind, or, where the first picture was whole already, that picture.
TEST_F(DecoderRefusal, SurvivesACutAtEachLength) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    SCOPED_TRACE(test::Name(format));
    const std::string whole = MakePicture({.width = 40, .height = 30, .format = format, .exif = {.orientation = 6, .make = "Maker"}});
    const size_t step = std::max<size_t>(1, whole.size() / 150);
    for (size_t length = 0; length < whole.size(); length += step) {
      const auto decoded = DecodeBytes(std::string_view(whole).substr(0, length), {});
      if (decoded) {
        EXPECT_GT(length, whole.size() * 8 / 10) << "a picture from " << length << " of " << whole.size() << " bytes";
        continue;
      }
      const StatusCode code = decoded.error().code();
      EXPECT_TRUE(code == StatusCode::kCorrupt || code == StatusCode::kUnsupported) << length << ": " << decoded.error().ToString();
    }
  }
}

TEST_F(DecoderRefusal, CallsHalfAPhotoCorrupt) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    SCOPED_TRACE(test::Name(format));
    const std::string whole = MakePicture({.width = 900, .height = 700, .format = format});
    const std::string_view half = std::string_view(whole).substr(0, whole.size() / 2);
    EXPECT_THAT(DecodeBytes(half, {}), StatusIs(StatusCode::kCorrupt));
    EXPECT_THAT(DecodeBytes(half, {.min_short_side_px = 50}), StatusIs(StatusCode::kCorrupt));
  }
}

// Bytes overwritten here and there: any answer but a crash or a code that blames somebody else.
TEST_F(DecoderRefusal, SurvivesOverwrittenBytes) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    SCOPED_TRACE(test::Name(format));
    const std::string whole = MakePicture({.width = 40, .height = 30, .format = format, .exif = {.orientation = 3, .make = "Maker", .latitude = 1.5, .longitude = 2.5}});
    for (uint64_t round = 0; round < 150; ++round) {
      std::string damaged = whole;
      for (uint64_t i = 0; i < 4; ++i) {
        const auto at = static_cast<size_t>(test::ReferenceNoise("damage", round * 8 + i) * static_cast<double>(whole.size()));
        damaged[at] = static_cast<char>(test::ReferenceNoise("damage", round * 8 + 4 + i) * 256);
      }
      const auto decoded = DecodeBytes(damaged, {.limits = {.max_pixels = 1'000'000}});
      if (decoded) {
        EXPECT_EQ(decoded->pixels.rgb.size(), static_cast<size_t>(decoded->pixels.width) * static_cast<size_t>(decoded->pixels.height) * 3);
        continue;
      }
      const StatusCode code = decoded.error().code();
      EXPECT_TRUE(code == StatusCode::kCorrupt || code == StatusCode::kUnsupported || code == StatusCode::kInvalidArgument) << decoded.error().ToString();
    }
  }
}

TEST_F(DecoderRefusal, KeepsMessagesPrintable) {
  for (const PictureFormat format : test::AllPictureFormats()) {
    const auto decoded = DecodeBytes(MakePicture({.format = format}).substr(0, 60), {});
    ASSERT_FALSE(decoded);
    for (const char c : decoded.error().message()) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << decoded.error().message();
    EXPECT_LT(decoded.error().message().size(), 300u);
  }
}

}  // namespace
}  // namespace fovea::encoder
