// /v1/duplicates and the end of jobs over HTTP.
// label: integration
#include "tests/api/api_world.h"
#include "tests/support/wait_until.h"

namespace fovea::api {
namespace {

class Duplicates : public testing::Test {
 protected:
  void SetUp() override {
    world_.WritePicture("a.jpg", {.width = 600, .height = 400, .seed = 3});
    world_.WritePicture("small.png", {.width = 300, .height = 200, .format = test::PictureFormat::kPng, .seed = 3});
    world_.WritePicture("b.jpg", {.width = 600, .height = 400, .seed = 9, .quality = 92, .exif = {.date_time_original = "2021:05:06 07:08:30"}});
    world_.WritePicture("c.jpg", {.width = 600, .height = 400, .seed = 9, .quality = 85, .exif = {.date_time_original = "2021:05:06 07:08:31"}});
  }
  json Get(const std::string& query = "") { return Body(world_.client().Get("/v1/duplicates" + query)); }
  void Search() {
    const HttpReply begun = world_.client().Post("/v1/duplicates", R"({"threshold": 0.995, "burst_threshold": 0.99})");
    ASSERT_EQ(begun.status, 202) << begun.body;
    EXPECT_EQ(Body(begun)["kind"], "duplicates");
    EXPECT_EQ(Body(begun)["state"], "running");
    ASSERT_TRUE(test::WaitUntil([&] { return Get()["running"].is_null(); }));
  }
  ApiWorld world_;
};

TEST_F(Duplicates, AreSearchedForAndListed) {
  world_.StartLibrary();
  world_.IndexPictures();
  EXPECT_TRUE(Get()["search"].is_null());
  EXPECT_TRUE(Get()["groups"].empty());
  Search();
  const json all = Get();
  const json& search = all["search"];
  EXPECT_EQ(search["photos"], 4);
  EXPECT_EQ(search["photos_since"], 0);
  EXPECT_EQ(search["threshold"], 0.995);
  EXPECT_EQ(search["burst_threshold"], 0.99);
  EXPECT_THAT(search["made_at"].get<std::string>(), testing::EndsWith("Z"));
  EXPECT_EQ(search["groups"], (json{{"identical", 0}, {"copies", 1}, {"bursts", 1}}));
  ASSERT_EQ(all["groups"].size(), 2U) << all.dump();
  const json& copies = all["groups"][0];
  EXPECT_EQ(copies["kind"], "copies");
  EXPECT_EQ(copies["size"], 2);
  for (const json& photo : copies["photos"]) {
    EXPECT_EQ(photo["keep"], photo["path"] == world_.Pictures() + "/a.jpg") << photo.dump();
    EXPECT_GE(photo["score"].get<double>(), 0.995);
    EXPECT_GT(photo["bytes"].get<int>(), 0);
    EXPECT_GT(photo["width"].get<int>(), 0);
    EXPECT_TRUE(photo.contains("taken_at"));
    EXPECT_TRUE(photo["thumbnail"].is_string());
  }
  EXPECT_EQ(Get("?kind=bursts")["groups"].size(), 1U);
  EXPECT_EQ(Get("?kind=bursts")["groups"][0]["kind"], "bursts");
  EXPECT_TRUE(Get("?kind=identical")["groups"].empty());
}

TEST_F(Duplicates, ComePageByPage) {
  world_.StartLibrary();
  world_.IndexPictures();
  Search();
  const json first = Get("?limit=1");
  ASSERT_EQ(first["groups"].size(), 1U);
  const std::string cursor = first["next"];
  const json second = Get("?limit=1&cursor=" + cursor);
  EXPECT_EQ(second["groups"][0]["kind"], "bursts");
  EXPECT_TRUE(second["next"].is_null());
  EXPECT_THAT(world_.client().Get("/v1/duplicates?kind=copies&cursor=" + cursor + "A"), IsProblem(400, "invalid_cursor", "/cursor"));
  Search();
  EXPECT_THAT(world_.client().Get("/v1/duplicates?limit=1&cursor=" + cursor), IsProblem(400, "invalid_cursor", "/cursor"));
}

TEST_F(Duplicates, RefuseBadRequests) {
  EXPECT_THAT(world_.client().Post("/v1/duplicates", "{}"), IsProblem(503, "loading", ""));
  world_.StartLibrary();
  world_.IndexPictures();
  EXPECT_THAT(world_.client().Post("/v1/duplicates", R"({"threshold": 2})"), IsProblem(400, "out_of_range", "/threshold"));
  EXPECT_THAT(world_.client().Post("/v1/duplicates", R"({"threshold": "high"})"), IsProblem(400, "wrong_type", "/threshold"));
  EXPECT_THAT(world_.client().Post("/v1/duplicates", R"({"burst_threshold": 0.4})"), IsProblem(400, "out_of_range", "/burst_threshold"));
  EXPECT_THAT(world_.client().Post("/v1/duplicates", R"({"level": 1})"), IsProblem(400, "unknown_field", "/level"));
  EXPECT_THAT(world_.client().Get("/v1/duplicates?kind=twins"), IsProblem(400, "out_of_range", "/kind"));
  EXPECT_THAT(world_.client().Get("/v1/duplicates?limit=0"), IsProblem(400, "out_of_range", "/limit"));
  EXPECT_THAT(world_.client().Get("/v1/duplicates?cursor=p1"), IsProblem(400, "invalid_cursor", "/cursor"));
  EXPECT_THAT(world_.client().Delete("/v1/jobs/123456"), IsProblem(404, "not_found", ""));
}

}  // namespace
}  // namespace fovea::api
