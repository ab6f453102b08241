// Tags over HTTP: on one photo, on many, in a filter; and what is refused.
// label: integration
#include "tests/api/api_world.h"

namespace fovea::api {
namespace {

class Tags : public testing::Test {
 protected:
  void SetUp() override {
    red_ = world_.WriteColour("red.png", kRed);
    green_ = world_.WriteColour("green.png", kGreen);
    world_.StartLibrary();
    world_.IndexPictures();
    red_id_ = world_.IdOf(red_);
    green_id_ = world_.IdOf(green_);
  }
  std::string Address(uint64_t id, const std::string& tag) const { return "/v1/photos/" + std::to_string(id) + "/tags/" + tag; }
  HttpReply Put(const std::string& address) { return world_.client().Send({.method = "PUT", .target = address}); }
  HttpReply Change(const json& body) { return world_.client().Post("/v1/tags", body.dump()); }
  json TagsOf(uint64_t id) { return Body(world_.client().Get("/v1/photos/" + std::to_string(id)))["tags"]; }
  // The ids of the photos that fit.
  json Found(const json& filter) {
    json ids = json::array();
    const HttpReply reply = world_.client().Post("/v1/search", json{{"text", "red"}, {"filter", filter}}.dump());
    EXPECT_EQ(reply.status, 200) << reply.body;
    const json body = Body(reply);
    for (const json& hit : body["results"]) ids.push_back(hit["id"]);
    return ids;
  }

  ApiWorld world_;
  std::string red_, green_;
  uint64_t red_id_ = 0, green_id_ = 0;
};

TEST_F(Tags, AreSetShownFilteredByAndTakenOff) {
  const HttpReply put = Put(Address(red_id_, "favourite"));
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(Body(put), (json{{"id", red_id_}, {"tags", {"favourite"}}}));
  EXPECT_EQ(Put(Address(red_id_, "favourite")).status, 200) << "twice is once";
  EXPECT_EQ(Body(Put(Address(red_id_, "a%2Fb%20%C3%BC")))["tags"], json({"a/b ü", "favourite"}));
  EXPECT_EQ(TagsOf(red_id_), json({"a/b ü", "favourite"}));
  EXPECT_EQ(TagsOf(green_id_), json::array());
  EXPECT_EQ(Found({{"tag", "favourite"}}), json({red_id_}));
  EXPECT_EQ(Found({{"tag", {"none", "a/b ü"}}}), json({red_id_}));
  EXPECT_EQ(Found({{"not", {{"tag", "favourite"}}}}), json({green_id_}));
  EXPECT_EQ(Found({{"tag", "Favourite"}}), json::array()) << "byte for byte";
  const HttpReply removed = world_.client().Delete(Address(red_id_, "favourite"));
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(Body(removed)["tags"], json({"a/b ü"}));
  EXPECT_EQ(world_.client().Delete(Address(red_id_, "favourite")).status, 200);
  EXPECT_EQ(Found({{"tag", "favourite"}}), json::array());
}

TEST_F(Tags, AreChangedOnManyPhotosAtOnce) {
  EXPECT_EQ(Put(Address(green_id_, "old")).status, 200);
  const HttpReply changed = Change({{"ids", {red_id_, 999, green_id_, UINT64_MAX}}, {"add", {"trip", "x"}}, {"remove", {"old"}}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(Body(changed), (json{{"changed", 2}, {"not_found", {uint64_t{999}, UINT64_MAX}}}));
  EXPECT_EQ(TagsOf(green_id_), json({"trip", "x"}));
  EXPECT_EQ(Found({{"tag", "trip"}}).size(), 2u);
  EXPECT_EQ(Found({{"tag", "old"}}), json::array());
}

// Ids beyond what the table in memory counts to are unknown, and no other photo's.
TEST_F(Tags, OfAnUnknownPhotoTouchNoOther) {
  EXPECT_THAT(Put(Address(red_id_ + (uint64_t{1} << 32), "x")), IsProblem(404, "not_found", "/id"));
  EXPECT_EQ(Found({{"tag", "x"}}), json::array());
}

TEST_F(Tags, RefuseWhatMakesNoSense) {
  EXPECT_THAT(Put(Address(999, "x")), IsProblem(404, "not_found", "/id"));
  EXPECT_THAT(Put("/v1/photos/red/tags/x"), IsProblem(400, "wrong_type", "/id"));
  EXPECT_THAT(Put(Address(red_id_, std::string(65, 'x'))), IsProblem(400, "invalid_argument", "/tag"));
  EXPECT_THAT(Put(Address(red_id_, "a%0Ab")), IsProblem(400, "invalid_argument", "/tag"));
  EXPECT_EQ(Put(Address(red_id_, "")).status, 404);
  EXPECT_THAT(Change({{"add", {"x"}}}), IsProblem(400, "missing_field", "/ids"));
  EXPECT_THAT(Change({{"ids", json::array()}, {"add", {"x"}}}), IsProblem(400, "out_of_range", "/ids"));
  EXPECT_THAT(Change({{"ids", {1, -1}}, {"add", {"x"}}}), IsProblem(400, "wrong_type", "/ids/1"));
  EXPECT_THAT(Change({{"ids", "1"}, {"add", {"x"}}}), IsProblem(400, "wrong_type", "/ids"));
  EXPECT_THAT(Change({{"ids", {1}}}), IsProblem(400, "missing_field", "/add"));
  EXPECT_THAT(Change({{"ids", {1}}, {"add", {"x", ""}}}), IsProblem(400, "invalid_argument", "/add/1"));
  EXPECT_THAT(Change({{"ids", {1}}, {"add", {"x"}}, {"remove", {"y", "x"}}}), IsProblem(400, "invalid_argument", "/remove/1"));
  EXPECT_THAT(Change({{"ids", {1}}, {"add", {std::string(65, 'x')}}}), IsProblem(400, "too_long", "/add/0"));
  EXPECT_THAT(Change({{"ids", {1}}, {"tags", {"x"}}}), IsProblem(400, "unknown_field", "/tags"));
  EXPECT_EQ(TagsOf(red_id_), json::array());
}

}  // namespace
}  // namespace fovea::api
