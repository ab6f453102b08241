// EXIF facts: dates with and without offset, camera names, places, damaged blocks, and each container that carries EXIF.
// label: unit
#include "encoder/exif_facts.h"

#include <gmock/gmock.h>

#include "encoder/exif_block.h"
#include "tests/support/image_factory.h"
#include "tests/support/matchers.h"

namespace fovea::encoder {
namespace {

using std::string_view_literals::operator""sv;
using test::ExifSpec;
using test::IsOk;
using test::PictureFormat;
using testing::Optional;

constexpr int64_t kMay6 = 1'620'284'889'000;  // 2021-05-06 07:08:09 UTC

class ExifFacts : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_THAT(InitDecoder(1), IsOk()); }
};

PictureFacts Read(const ExifSpec& exif) {
  PictureFacts facts;
  ReadExif(test::MakeExifBlock(exif), facts);
  return facts;
}

TEST_F(ExifFacts, PrefersTheOriginalDateThenTheDigitizedOne) {
  const std::string other = "2001:01:01 00:00:00";
  EXPECT_THAT(Read({.date_time_original = "2021:05:06 07:08:09", .date_time_digitized = other, .date_time = other}).taken_at_ms, Optional(kMay6));
  EXPECT_THAT(Read({.date_time_digitized = "2021:05:06 07:08:09", .date_time = other}).taken_at_ms, Optional(kMay6));
  EXPECT_THAT(Read({.date_time = "2021:05:06 07:08:09"}).taken_at_ms, Optional(kMay6));
  EXPECT_THAT(Read({.date_time_original = "0000:00:00 00:00:00", .date_time = "2021:05:06 07:08:09"}).taken_at_ms, Optional(kMay6));
  EXPECT_EQ(Read({.make = "x"}).taken_at_ms, std::nullopt);
}

TEST_F(ExifFacts, TakesTheOffsetIntoAccount) {
  const PictureFacts east = Read({.date_time_original = "2021:05:06 09:08:09", .offset_time_original = "+02:00"});
  EXPECT_THAT(east.taken_at_ms, Optional(kMay6));
  EXPECT_THAT(east.taken_at_offset_min, Optional(120));
  const PictureFacts west = Read({.date_time_original = "2021:05:06 03:38:09", .offset_time_original = "-03:30"});
  EXPECT_THAT(west.taken_at_ms, Optional(kMay6));
  EXPECT_THAT(west.taken_at_offset_min, Optional(-210));
  EXPECT_EQ(Read({.date_time_original = "2021:05:06 07:08:09", .offset_time_original = "nowhere"}).taken_at_offset_min, std::nullopt);
}

TEST_F(ExifFacts, ReadsOnlyMomentsOfTheCalendar) {
  EXPECT_THAT(ParseExifTime("2021:05:06 07:08:09"), Optional(kMay6));
  EXPECT_THAT(ParseExifTime("2021-05-06T07:08:09"), Optional(kMay6));
  EXPECT_THAT(ParseExifTime("1969:12:31 23:59:59"), Optional(-1000));
  EXPECT_THAT(ParseExifTime("2024:02:29 00:00:00"), Optional(1'709'164'800'000));
  for (const std::string_view bad : {"", "2021:05:06", "2021:13:06 07:08:09", "2021:02:30 07:08:09", "2023:02:29 00:00:00", "2021:05:06 24:00:00",
                                     "2021:05:06 07:60:09", "    :  :     :  :  ", "0001:01:01 00:00:00", "+021:05:06 07:08:09", "20a1:05:06 07:08:09"}) {
    EXPECT_EQ(ParseExifTime(bad), std::nullopt) << bad;
  }
}

TEST_F(ExifFacts, ReadsOnlyOffsetsThatExist) {
  EXPECT_THAT(ParseExifOffset("+14:00"), Optional(840));
  EXPECT_THAT(ParseExifOffset("Z"), Optional(0));
  for (const std::string_view bad : {"", "+15:00", "02:00", "+2:00", "+02:60", "+0200", "   :  "}) EXPECT_EQ(ParseExifOffset(bad), std::nullopt) << bad;
}

TEST_F(ExifFacts, NamesTheCameraWithoutRepeatingTheMake) {
  EXPECT_EQ(Read({.make = "Canon", .model = "Canon EOS R5"}).camera, "Canon EOS R5");
  EXPECT_EQ(Read({.make = "NIKON CORPORATION", .model = "NIKON D850"}).camera, "NIKON D850");
  EXPECT_EQ(Read({.make = "Apple", .model = "iPhone 12"}).camera, "Apple iPhone 12");
  EXPECT_EQ(Read({.make = "LG", .model = ""}).camera, "LG");
  EXPECT_EQ(Read({.model = "Alone"}).camera, "Alone");
  EXPECT_EQ(Read({.make = "  Padded  ", .model = "X\x01Y"}).camera, "Padded XY");
  EXPECT_EQ(Read({.make = "Canon", .lens = "EF 50mm f/1.8"}).lens, "EF 50mm f/1.8");
  EXPECT_EQ(Read({.model = std::string(5000, 'x')}).camera.size(), 200u);
}

TEST_F(ExifFacts, ReadsPlacesInAllFourQuarters) {
  for (const double latitude : {47.5, -33.25}) {
    for (const double longitude : {8.75, -70.125}) {
      const PictureFacts facts = Read({.latitude = latitude, .longitude = longitude});
      ASSERT_TRUE(facts.gps);
      EXPECT_NEAR(facts.gps->latitude, latitude, 1e-6);
      EXPECT_NEAR(facts.gps->longitude, longitude, 1e-6);
    }
  }
}

TEST_F(ExifFacts, LeavesOutPlacesThatCannotBe) {
  EXPECT_EQ(Read({.latitude = 91.0, .longitude = 8.0}).gps, std::nullopt);
  EXPECT_EQ(Read({.latitude = 10.0, .longitude = 181.0}).gps, std::nullopt);
  EXPECT_EQ(Read({.latitude = 0.0, .longitude = 0.0}).gps, std::nullopt);
  EXPECT_EQ(Read({.latitude = 10.0}).gps, std::nullopt);
}

TEST_F(ExifFacts, TakesOrientationsFromOneToEight) {
  for (int value = 1; value <= 8; ++value) EXPECT_EQ(Read({.orientation = value}).orientation, value);
  EXPECT_EQ(Read({.orientation = 9}).orientation, 1);
  EXPECT_EQ(Read({}).orientation, 1);
}

TEST_F(ExifFacts, SurvivesDamagedBlocks) {
  const std::string whole = test::MakeExifBlock({.orientation = 3, .date_time_original = "2021:05:06 07:08:09", .make = "Canon", .latitude = 1.5, .longitude = 2.5});
  for (size_t length = 0; length < whole.size(); ++length) {
    PictureFacts facts;
    ReadExif(std::string_view(whole).substr(0, length), facts);
    EXPECT_GE(facts.orientation, 1);
    EXPECT_LE(facts.orientation, 8);
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    PictureFacts facts;
    ReadExif(damaged, facts);
    EXPECT_LE(facts.orientation, 8);
  }
}

TEST_F(ExifFacts, FindsExifInEachContainer) {
  const ExifSpec exif{.orientation = 1, .date_time_original = "2021:05:06 07:08:09", .make = "Canon", .model = "EOS", .latitude = -33.5, .longitude = 151.25};
  for (const PictureFormat format : test::AllPictureFormats()) {
    if (format == PictureFormat::kGif) continue;
    SCOPED_TRACE(test::Name(format));
    const auto decoded = DecodeBytes(test::MakePicture({.format = format, .exif = exif}), {});
    ASSERT_THAT(decoded, IsOk());
    EXPECT_THAT(decoded->facts.taken_at_ms, Optional(kMay6));
    EXPECT_EQ(decoded->facts.camera, "Canon EOS");
    ASSERT_TRUE(decoded->facts.gps);
    EXPECT_NEAR(decoded->facts.gps->longitude, 151.25, 1e-6);
  }
}

TEST_F(ExifFacts, DecodesTheHexadecimalTextOfOlderPngs) {
  EXPECT_EQ(DecodeRawProfile("\nexif\n       6\n457869660000"), "Exif\0\0"sv);
  EXPECT_EQ(DecodeRawProfile("\nexif\n       6\n4578\n6966\n0000\n"), "Exif\0\0"sv);
  for (const std::string_view bad : {"", "\n", "\nexif\n", "\nexif\n3\n4"}) EXPECT_EQ(DecodeRawProfile(bad), "");
}

TEST_F(ExifFacts, FindsTheExifBoxOfJpegXlOrNothing) {
  const std::string file = test::MakePicture({.format = PictureFormat::kJxl, .exif = {.make = "Maker"}});
  EXPECT_EQ(FindJxlExif(file), test::MakeExifBlock({.make = "Maker"}));
  for (size_t length = 0; length < file.find("jxlc") - 4; ++length) EXPECT_EQ(FindJxlExif(std::string_view(file).substr(0, length)), "");
  EXPECT_EQ(FindJxlExif("\0\0\0\x0a" "Exif\0\0"sv), "");                      // no room for the offset
  EXPECT_EQ(FindJxlExif("\0\0\0\x0d" "Exif\xff\xff\xff\xff."sv), "");         // offset outside
  EXPECT_EQ(FindJxlExif("\0\0\0\x01" "Exif\xff\xff\xff\xff\xff\xff\xff\xff"sv), "");  // size outside
  EXPECT_EQ(FindJxlExif("\0\0\0\x02" "Exif...."sv), "");                      // size below its header
}

}  // namespace
}  // namespace fovea::encoder
