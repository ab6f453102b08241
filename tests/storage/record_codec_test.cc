// Every stored value is read back as it was written, and refused when it is cut, too long, of another version or absurd.
// label: unit
#include "storage/record_codec.h"

#include <gtest/gtest.h>

#include <functional>

#include "storage/codec.h"
#include "storage/keys.h"
#include "tests/support/matchers.h"

namespace fovea::storage {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;
using testing::HasSubstr;

const Location kLocation{RootId{7}, "a/b.jpg"};

PhotoRecord FullPhoto() {
  PhotoRecord photo;
  photo.content = Sha256("content");
  photo.bytes = 1;
  photo.indexed_at_ms = 2;
  photo.format = "jpeg";
  photo.width = 3;
  photo.height = 4;
  photo.orientation = 8;
  photo.taken_at_ms = 5;
  photo.latitude = 6.5;
  photo.camera = "camera";
  photo.lens = "lens";
  return photo;
}

FailureRecord FullFailure() {
  FailureRecord failure;
  failure.stamp = {1, 2, 3};
  failure.code = StatusCode::kUnsupported;
  failure.reason = "reason";
  failure.at_ms = 4;
  failure.tries = 5;
  return failure;
}

JobRecord FullJob() {
  JobRecord job;
  job.kind = "scan";
  job.subject = "/photos";
  job.state = JobState::kFailed;
  job.done = 1;
  job.error = "error";
  return job;
}

struct Kind {
  std::string name;
  std::string value;
  std::function<Status(std::string_view)> decode;
};

std::vector<Kind> AllKinds() {
  static const std::vector<float> vector = {0.6f, 0.8f};
  const auto decode_vector = [](std::string_view value) {
    std::vector<float> out(2);
    return DecodeVector(PhotoId{1}, value, out);
  };
  return {
      {"format", EncodeStoreFormat(1), [](std::string_view v) { return AsStatus(DecodeStoreFormat(v)); }},
      {"counters", EncodeCounters({}), [](std::string_view v) { return AsStatus(DecodeCounters(v)); }},
      {"model", EncodeModel({.dim = 512, .id = "m"}), [](std::string_view v) { return AsStatus(DecodeModel(v)); }},
      {"count", EncodeCount(9), [](std::string_view v) { return AsStatus(DecodeCount(v)); }},
      {"root", EncodeRoot({.id = RootId{1}, .path = "/p"}), [](std::string_view v) { return AsStatus(DecodeRoot(RootId{1}, v)); }},
      {"path", EncodePath({kLocation, {}, PathState::kIndexed, PhotoId{1}}), [](std::string_view v) { return AsStatus(DecodePath(kLocation, v)); }},
      {"photo", EncodePhoto(FullPhoto()), [](std::string_view v) { return AsStatus(DecodePhoto(PhotoId{1}, v)); }},
      {"photo id", EncodePhotoId(PhotoId{1}), [](std::string_view v) { return AsStatus(DecodePhotoId(v)); }},
      {"vector", EncodeVector(vector), decode_vector},
      {"failure", EncodeFailure(FullFailure()), [](std::string_view v) { return AsStatus(DecodeFailure(kLocation, v)); }},
      {"job", EncodeJob(FullJob()), [](std::string_view v) { return AsStatus(DecodeJob(1, v)); }},
      {"mark", EncodeMark(), [](std::string_view v) { return DecodeMark(v); }},
  };
}

TEST(RecordCodec, ReadsWhatItWrote) {
  for (const Kind& kind : AllKinds()) EXPECT_THAT(kind.decode(kind.value), IsOk()) << kind.name;
  const PhotoRecord photo = DecodePhoto(PhotoId{1}, EncodePhoto(FullPhoto())).value();
  EXPECT_EQ(photo.taken_at_ms, 5);
  EXPECT_EQ(photo.taken_at_offset_min, std::nullopt);
  EXPECT_EQ(photo.latitude, 6.5);
  EXPECT_EQ(photo.longitude, std::nullopt);
  const FailureRecord failure = DecodeFailure(kLocation, EncodeFailure(FullFailure())).value();
  EXPECT_EQ(failure.code, StatusCode::kUnsupported);
  EXPECT_EQ(failure.location, kLocation);
  const Counters counters{.next_photo = 9, .next_root = 2, .next_job = 3, .photos = 4, .failures = 5, .vector_epoch = 6};
  EXPECT_THAT(DecodeCounters(EncodeCounters(counters)), IsOkAndHolds(counters));
}

TEST(RecordCodec, RefusesValuesCutAtAnyLength) {
  for (const Kind& kind : AllKinds()) {
    for (size_t size = 0; size < kind.value.size(); ++size) {
      EXPECT_THAT(kind.decode(std::string_view(kind.value).substr(0, size)), StatusIs(StatusCode::kCorrupt, HasSubstr("cut off")))
          << kind.name << " at " << size;
    }
  }
}

TEST(RecordCodec, RefusesBytesAfterTheEnd) {
  for (const Kind& kind : AllKinds()) {
    EXPECT_THAT(kind.decode(kind.value + "x"), StatusIs(StatusCode::kCorrupt, HasSubstr("1 bytes too many"))) << kind.name;
  }
}

TEST(RecordCodec, RefusesOtherVersionsByName) {
  for (Kind& kind : AllKinds()) {
    kind.value[0] = 2;
    EXPECT_THAT(kind.decode(kind.value), StatusIs(StatusCode::kUnsupported, HasSubstr("found format version 2, can read 1"))) << kind.name;
    kind.value[0] = 0;
    EXPECT_THAT(kind.decode(kind.value), StatusIs(StatusCode::kCorrupt, HasSubstr("format version 0"))) << kind.name;
  }
}

TEST(RecordCodec, SurvivesAnyByteInAnyPlace) {
  for (const Kind& kind : AllKinds()) {
    for (size_t at = 0; at < kind.value.size(); ++at) {
      for (const char byte : {'\x00', '\x7f', '\x80', '\xff'}) {
        std::string damaged = kind.value;
        damaged[at] = byte;
        const Status status = kind.decode(damaged);  // may or may not be noticed, but nothing is read or taken beyond it
        EXPECT_TRUE(status.ok() || status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kUnsupported) << kind.name;
      }
    }
  }
}

TEST(RecordCodec, RefusesAbsurdCountsBeforeItAllocates) {
  ByteWriter text(1);
  text.U8(0);
  text.U64(0);
  text.U32(0xffffffff);  // the length of the root's path
  EXPECT_THAT(DecodeRoot(RootId{1}, text.Take()), StatusIs(StatusCode::kCorrupt, HasSubstr("4294967295 bytes")));
  EXPECT_THAT(DecodeModel(EncodeModel({.dim = 0, .id = "m"})), StatusIs(StatusCode::kCorrupt, HasSubstr("dimension")));
  EXPECT_THAT(DecodeModel(EncodeModel({.dim = 1 << 30, .id = "m"})), StatusIs(StatusCode::kCorrupt, HasSubstr("dimension")));
  std::vector<float> two(2);
  EXPECT_THAT(DecodeVector(PhotoId{1}, EncodeVector(std::vector<float>(3)), two), StatusIs(StatusCode::kCorrupt, HasSubstr("3 values, expected 2")));
  EXPECT_THAT(DecodeCounters(EncodeCounters({.next_photo = 5, .photos = 5})), StatusIs(StatusCode::kCorrupt, HasSubstr("more photos")));
  EXPECT_THAT(DecodeCounters(EncodeCounters({.next_photo = 0})), StatusIs(StatusCode::kCorrupt));
  EXPECT_THAT(DecodePath(kLocation, EncodePath({kLocation, {}, PathState::kIndexed, PhotoId{0}})), StatusIs(StatusCode::kCorrupt));
}

TEST(RecordCodec, CutsTextsThatAreTooLongToBeRead) {
  FailureRecord failure = FullFailure();
  failure.reason = std::string(100'000, 'r');
  EXPECT_EQ(DecodeFailure(kLocation, EncodeFailure(failure)).value().reason.size(), kMaxTextBytes);
}

TEST(Keys, SortByNumberAndKeepPathsOfARootTogether) {
  EXPECT_LT(PhotoKey(PhotoId{255}), PhotoKey(PhotoId{256}));
  EXPECT_LT(PathKey({RootId{1}, "\xff\xff"}), PathKey({RootId{2}, ""}));
  EXPECT_TRUE(PathKey(kLocation).starts_with(RootKey(kLocation.root)));
  EXPECT_TRUE(LocationKey(PhotoId{3}, kLocation).starts_with(PhotoKey(PhotoId{3})));
  EXPECT_TRUE(VectorKey(1, PhotoId{3}).starts_with(VectorPrefix(1)));
  EXPECT_EQ(EndOfPrefix(std::string("\x01\xff\xff")), "\x02");
  EXPECT_EQ(EndOfPrefix("\xff"), "");
}

TEST(Keys, AreReadBackAndRefusedWhenCut) {
  EXPECT_THAT(ParsePathKey(PathKey(kLocation)), IsOkAndHolds(kLocation));
  EXPECT_THAT(ParseLocationKey(LocationKey(PhotoId{3}, kLocation)), IsOkAndHolds(kLocation));
  EXPECT_THAT(ParseVectorKey(VectorKey(1, PhotoId{3})), IsOkAndHolds(PhotoId{3}));
  EXPECT_THAT(ParseRootKey(RootKey(RootId{3})), IsOkAndHolds(RootId{3}));
  for (size_t size = 0; size < 4; ++size) EXPECT_THAT(ParsePathKey(std::string(size, 'x')), StatusIs(StatusCode::kCorrupt));
  for (size_t size = 0; size < 12; ++size) EXPECT_THAT(ParseLocationKey(std::string(size, 'x')), StatusIs(StatusCode::kCorrupt));
  EXPECT_THAT(ParsePhotoKey("1234567"), StatusIs(StatusCode::kCorrupt));
  EXPECT_THAT(ParsePhotoKey("123456789"), StatusIs(StatusCode::kCorrupt));
  EXPECT_THAT(ParseVectorKey("12345678"), StatusIs(StatusCode::kCorrupt));
  EXPECT_THAT(ParseJobKey(""), StatusIs(StatusCode::kCorrupt));
}

}  // namespace
}  // namespace fovea::storage
