// label: unit
#include "daemon/parquet/page_codec.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using test::IsOkAndHolds;
using test::StatusIs;
using testing::HasSubstr;

constexpr std::string_view kText = "hello hello hello hello!";

struct Compressed {
  PageCodec codec;
  std::string bytes;
};

// As pyarrow writes it.
std::vector<Compressed> All() {
  return {{PageCodec::kNone, std::string(kText)},
          {PageCodec::kSnappy, {"\x18\x14hello \x42\x06\x00\x00!", 13}},
          {PageCodec::kGzip, {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x27\x15\x01\x40\x71\xe5\xa7\x18\x00\x00\x00", 29}},
          {PageCodec::kBrotli, {"\x1b\x17\x00\x00\xa4\x40\x42\x72\x10\x45\x94\xa9\xc3\x73\xfa\x29", 16}},
          {PageCodec::kZstd, {"\x28\xb5\x2f\xfd\x20\x18\x6d\x00\x00\x38hello !\x01\x00\x99\x4b\x11", 22}},
          {PageCodec::kLz4, {"\x69hello \x06\x00\x50" "ello!", 15}}};
}

TEST(PageCodec, GivesExactlyWhatWasAnnounced) {
  for (const auto& [codec, bytes] : All()) {
    EXPECT_THAT(Decompress(codec, bytes, kText.size()), IsOkAndHolds(std::string(kText))) << static_cast<int64_t>(codec);
    for (const size_t size : {size_t{0}, kText.size() - 1, kText.size() + 1, size_t{500} << 20}) {
      EXPECT_THAT(Decompress(codec, bytes, size), StatusIs(StatusCode::kCorrupt, HasSubstr("do not become"))) << static_cast<int64_t>(codec) << " " << size;
    }
  }
}

TEST(PageCodec, RefusesEveryCut) {
  for (const auto& [codec, bytes] : All()) {
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_THAT(Decompress(codec, bytes.substr(0, size), kText.size()), StatusIs(StatusCode::kCorrupt)) << static_cast<int64_t>(codec) << " " << size;
    }
  }
}

TEST(PageCodec, ReadsGzipOfSeveralMembers) {
  const std::string member = All()[2].bytes;
  EXPECT_THAT(Decompress(PageCodec::kGzip, member + member, 2 * kText.size()), IsOkAndHolds(std::string(kText) + std::string(kText)));
  EXPECT_THAT(Decompress(PageCodec::kGzip, member + "x", kText.size()), StatusIs(StatusCode::kCorrupt));
}

TEST(PageCodec, NamesWhatItCannotRead) {
  EXPECT_THAT(Decompress(PageCodec::kLzo, "x", 1), StatusIs(StatusCode::kUnsupported, HasSubstr("LZO")));
  EXPECT_THAT(Decompress(PageCodec::kHadoopLz4, "x", 1), StatusIs(StatusCode::kUnsupported, HasSubstr("Hadoop")));
  EXPECT_THAT(Decompress(static_cast<PageCodec>(-1), "x", 1), StatusIs(StatusCode::kUnsupported, HasSubstr("(-1)")));
}

}  // namespace
}  // namespace fovea::daemon
