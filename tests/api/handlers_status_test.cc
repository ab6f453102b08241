#include "api/base64.h"
#include "tests/api/api_world.h"
#include "tests/support/wait_until.h"
// label: integration

namespace fovea::api {
namespace {

using testing::HasSubstr;

TEST(StatusPage, TellsWhatIsLoadingUntilItIsThere) {
  ApiWorld world;
  EXPECT_EQ(world.client().Get("/healthz").status, 200);
  const HttpReply loading = world.client().Get("/readyz");
  EXPECT_EQ(loading.status, 503);
  EXPECT_EQ(Body(loading)["state"], "loading");
  const json before = Body(world.client().Get("/v1/status"));
  EXPECT_EQ(before["state"], "loading");
  EXPECT_EQ(before["ready"], false);
  EXPECT_EQ(before["model"], nullptr);
  EXPECT_EQ(before["photos"], 0);
  const HttpReply search = world.client().Get("/v1/search?q=red");
  EXPECT_THAT(search, IsProblem(503, "loading", ""));
  EXPECT_EQ(search.Header("Retry-After"), "1");
  EXPECT_THAT(world.client().Post("/v1/embeddings", R"({"texts":["red"]})"), IsProblem(503, "loading", ""));

  world.StartLibrary();
  const HttpReply ready = world.client().Get("/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(Body(ready)["state"], "ready");
  EXPECT_EQ(world.client().Get("/v1/search?q=red").status, 200);
}

TEST(StatusPage, ShowsModelRootsAndCounts) {
  ApiWorld world;
  world.WriteColour("red.jpg", kRed);
  world.WriteColour("green.jpg", kGreen);
  world.dir().Write("pictures/broken.jpg", "not a picture");
  world.StartLibrary();
  world.IndexPictures();
  const json status = Body(world.client().Get("/v1/status"));
  EXPECT_EQ(status["version"], "1.2.3");
  EXPECT_EQ(status["state"], "ready");
  EXPECT_EQ(status["reason"], nullptr);
  EXPECT_TRUE(status["photos"].is_number_integer());
  EXPECT_EQ(status["photos"], 2);
  EXPECT_EQ(status["failures"], 1);
  EXPECT_EQ(status["pending"], 0);
  EXPECT_EQ(status["vectors"], 2);
  EXPECT_EQ(status["model"]["id"], "fake-1");
  EXPECT_EQ(status["model"]["embed_dim"], test::FakeEncoder::kDim);
  EXPECT_EQ(status["model"]["image_size"], test::FakeEncoder::kImageSize);
  EXPECT_TRUE(status["device"].is_string());
  EXPECT_TRUE(status["precision"].is_string());
  EXPECT_TRUE(status["precision_reason"].is_string());
  ASSERT_EQ(status["roots"].size(), 1U);
  EXPECT_EQ(status["roots"][0]["state"], "online");
  EXPECT_GE(status["uptime_s"].get<double>(), 0);
}

TEST(StatusPage, ShowsDevicesQueueAndLimits) {
  indexer::LibraryOptions options;
  options.max_waiting_questions = 7;
  options.max_batch_ms = 123;
  ApiWorld world({}, options);
  EXPECT_EQ(Body(world.client().Get("/v1/status"))["encoding"], nullptr);
  world.StartLibrary();
  EXPECT_EQ(world.client().Get("/v1/search?q=red").status, 200);
  const json encoding = Body(world.client().Get("/v1/status"))["encoding"];
  EXPECT_EQ(encoding["max_waiting_questions"], 7);
  EXPECT_EQ(encoding["max_batch_ms"], 123);
  EXPECT_EQ(encoding["question_wait_ms"], 2);
  EXPECT_EQ(encoding["batch_size"], 32);
  EXPECT_EQ(encoding["questions_waiting"], 0);
  EXPECT_EQ(encoding["bulk_waiting"], 0);
  ASSERT_EQ(encoding["devices"].size(), 1U);
  const json& device = encoding["devices"][0];
  EXPECT_EQ(device["device"], "cpu");
  EXPECT_EQ(device["precision"], "fp32");
  EXPECT_EQ(device["precision_reason"], "it is all there is");
  EXPECT_EQ(device["state"], "ready");
  EXPECT_EQ(device["reason"], nullptr);
  EXPECT_GE(device["pictures_at_once"], 1);
  EXPECT_GE(device["texts_at_once"], 1);
  const std::string metrics = world.client().Get("/metrics").body;
  for (const char* line : {"fovea_encode_waiting{lane=\"interactive\"} 0", "fovea_encode_waiting{lane=\"bulk\"} 0",
                           "fovea_encode_batch_rows_count{tower=\"text\"} 1", "fovea_encode_queue_seconds_count{lane=\"interactive\"} 1",
                           "fovea_encode_rejected_total 0", "fovea_encode_device_ready{device=\"cpu\"} 1"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

TEST(StatusPage, SaysWhichDeviceFails) {
  ApiWorld world;
  world.StartLibrary();
  world.control().FailWith(Internal("the device is lost"));
  const std::string search = json{{"image", EncodeBase64(test::MakePicture({}))}}.dump();
  EXPECT_THAT(world.client().Post("/v1/search", search), IsProblem(500, "internal", ""));
  const HttpReply ready = world.client().Get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(std::string(Body(ready)["reason"]), HasSubstr("device cpu: the device is lost"));
  const json device = Body(world.client().Get("/v1/status"))["encoding"]["devices"][0];
  EXPECT_EQ(device["state"], "failed");
  EXPECT_THAT(std::string(device["reason"]), HasSubstr("the device is lost"));
  world.control().FailWith(Status());
  EXPECT_TRUE(test::WaitUntil([&] { return world.client().Get("/readyz").status == 200; })) << "it is tried again";
  EXPECT_EQ(world.client().Post("/v1/search", search).status, 200);
}

TEST(StatusPage, CountsRequestsByRouteAndCode) {
  ApiWorld world;
  EXPECT_EQ(world.client().Get("/healthz").status, 200);
  EXPECT_EQ(world.client().Get("/v1/photos/12").status, 404);
  EXPECT_EQ(world.client().Get("/no/such/place").status, 404);
  const HttpReply metrics = world.client().Get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.Header("Content-Type"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(metrics.body, HasSubstr("fovea_http_request_seconds_count{code=\"200\",route=\"/healthz\"} 1"));
  EXPECT_THAT(metrics.body, HasSubstr("fovea_http_request_seconds_count{code=\"404\",route=\"/v1/photos/{id}\"} 1"));
  EXPECT_THAT(metrics.body, HasSubstr("fovea_http_request_seconds_count{code=\"404\",route=\"none\"} 1"));
  EXPECT_THAT(metrics.body, HasSubstr("fovea_http_connections 1"));
}

}  // namespace
}  // namespace fovea::api
