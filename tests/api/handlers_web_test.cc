#include "api/web_assets.h"
// label: integration

#include "tests/api/api_world.h"

namespace fovea::api {
namespace {

using testing::HasSubstr;

TEST(WebPage, SendsEveryFileAndLetsNoForeignOneIn) {
  ApiWorld world;
  ASSERT_FALSE(WebAssets().empty());
  for (const WebAsset& asset : WebAssets()) {
    const HttpReply reply = world.client().Get(std::string(asset.path));
    EXPECT_EQ(reply.status, 200) << asset.path;
    EXPECT_TRUE(reply.body == asset.body) << asset.path;
    EXPECT_EQ(reply.Header("Content-Type"), asset.content_type);
    EXPECT_EQ(reply.Header("ETag"), asset.etag);
    EXPECT_EQ(reply.Header("Cache-Control"), "no-cache");
    EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff");
    EXPECT_THAT(reply.Header("Content-Security-Policy"), HasSubstr("default-src 'self'; img-src 'self' data: blob:"));
    EXPECT_EQ(world.client().Send({.target = std::string(asset.path), .headers = {{"If-None-Match", std::string(asset.etag)}}}).status, 304);
  }
}

TEST(WebPage, IsAtTheRootAndTakesALinkedQuestion) {
  ApiWorld world;
  const HttpReply reply = world.client().Get("/?q=a%20dog&page=2");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.Header("Content-Type"), HasSubstr("text/html"));
  EXPECT_THAT(world.client().Get("/no-such-file.js"), IsProblem(404, "no_such_route", ""));
  EXPECT_THAT(world.client().Send({.method = "POST", .target = "/"}), IsProblem(405, "method_not_allowed", ""));
}

}  // namespace
}  // namespace fovea::api
