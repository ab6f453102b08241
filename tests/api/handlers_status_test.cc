#include "tests/api/api_world.h"
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
