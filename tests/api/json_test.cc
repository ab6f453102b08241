#include "api/json.h"
// label: unit

#include <gmock/gmock.h>

#include <cmath>

namespace fovea::api {
namespace {

storage::PhotoRecord TakenOn(int64_t ms, std::optional<int> offset_min) {
  storage::PhotoRecord record;
  record.taken_at_ms = ms;
  record.taken_at_offset_min = offset_min;
  return record;
}

TEST(Json, ShowsTheTimeOfDayOfTheCamera) {
  constexpr int64_t kNoonUtc = 1'714'564'800'000;  // 2024-05-01T12:00:00Z
  EXPECT_EQ(TakenAt(TakenOn(kNoonUtc, 120)), "2024-05-01T14:00:00+02:00");
  EXPECT_EQ(TakenAt(TakenOn(kNoonUtc, -570)), "2024-05-01T02:30:00-09:30");
  EXPECT_EQ(TakenAt(TakenOn(kNoonUtc, 0)), "2024-05-01T12:00:00+00:00");
  EXPECT_EQ(TakenAt(TakenOn(kNoonUtc + 40, std::nullopt)), "2024-05-01T12:00:00.040");
  EXPECT_EQ(TakenAt(TakenOn(-1, std::nullopt)), "1969-12-31T23:59:59.999");
  EXPECT_EQ(TakenAt({}), nullptr);
}

TEST(Json, WritesFloatsInTheirShortestForm) {
  for (const float value : {0.1F, 0.3123F, -1.0F, 1e-7F, 3.4028235e38F, 0.0F, std::nextafter(0.5F, 1.0F)}) {
    EXPECT_EQ(static_cast<float>(ShortDouble(value)), value);
  }
  EXPECT_EQ(Dump(ShortDouble(0.1F)), "0.1");
}

TEST(Json, ShowsAPathThatIsNotUtf8WithItsBytesBeside) {
  Json object;
  SetPath(object, "/photos/caf\xE9.jpg");
  EXPECT_EQ(Dump(object), "{\"path\":\"/photos/caf\uFFFD.jpg\",\"path_bytes\":\"L3Bob3Rvcy9jYWbpLmpwZw==\"}");
  Json plain;
  SetPath(plain, "/photos/café.jpg");
  EXPECT_EQ(Dump(plain), "{\"path\":\"/photos/café.jpg\"}");
}

TEST(Json, AnswersASearchInTheFormThatIsPromised) {
  indexer::SearchHit hit;
  hit.score = 0.25F;
  hit.photo.record = TakenOn(0, std::nullopt);
  hit.photo.record.id = {7};
  hit.photo.record.width = 640;
  hit.photo.record.height = 480;
  hit.photo.paths = {{.root = {1}, .path = "/p/a.jpg", .offline = true}};
  const indexer::SearchAnswer answer{.hits = {hit}, .cut = {}, .model = "m", .encode_ms = 1.23456, .index_ms = 0.5, .took_ms = 1.9};
  EXPECT_EQ(Dump(SearchJson(answer)),
            R"({"results":[{"id":7,"score":0.25,"path":"/p/a.jpg","width":640,"height":480,"taken_at":"1970-01-01T00:00:00",)"
            R"("thumbnail":"/v1/photos/7/thumbnail","offline":true}],"cut":null,"next":null,"model":"m","exact":true,"took_ms":1.9,)"
            R"("timings":{"encode_ms":1.235,"index_ms":0.5}})");
}

TEST(Json, ShowsAPhotoWithoutPathsAsOffline) {
  indexer::Photo photo;
  photo.record.camera = "Canon \xFF";
  const Json json = PhotoJson(photo);
  EXPECT_EQ(json["path"], nullptr);
  EXPECT_EQ(json["offline"], true);
  EXPECT_EQ(json["camera"], "Canon \uFFFD");
  EXPECT_EQ(json["lens"], nullptr);
  EXPECT_EQ(json["gps"], nullptr);
}

TEST(Json, ShowsAJobWhoseEndIsUnknown) {
  indexer::JobStatus job;
  job.job.state = storage::JobState::kRunning;
  job.rate = 1.5;
  const Json json = JobJson(job);
  EXPECT_EQ(json["state"], "running");
  EXPECT_EQ(json["eta_s"], nullptr);
  EXPECT_EQ(json["finished_at"], nullptr);
  EXPECT_EQ(json["rate"], 1.5);
}

TEST(Json, ShowsAFailureOfARootThatIsGone) {
  storage::FailureRecord failure;
  failure.location = {.root = {9}, .path = "a.jpg"};
  failure.code = StatusCode::kCorrupt;
  EXPECT_EQ(FailureJson(failure, "")["path"], "a.jpg");
  EXPECT_EQ(FailureJson(failure, "/p")["path"], "/p/a.jpg");
  EXPECT_EQ(FailureJson(failure, "/")["path"], "/a.jpg");
  EXPECT_EQ(FailureJson(failure, "/p")["code"], "corrupt");
}

}  // namespace
}  // namespace fovea::api
