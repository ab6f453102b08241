#include "tests/api/api_world.h"
// label: integration

#include <filesystem>

#include "api/base64.h"

namespace fovea::api {
namespace {

class Roots : public testing::Test {
 protected:
  void SetUp() override {
    world_.WriteColour("red.jpg", kRed);
    world_.StartLibrary();
  }
  HttpReply Add(const std::string& path) { return world_.client().Post("/v1/roots", json{{"path", path}}.dump()); }
  json List() { return Body(world_.client().Get("/v1/roots"))["roots"]; }
  ApiWorld world_;
};

TEST_F(Roots, AreAddedListedAndRemoved) {
  const HttpReply added = Add(world_.Pictures());
  ASSERT_EQ(added.status, 201) << added.body;
  const json root = Body(added);
  EXPECT_EQ(root["path"], world_.Pictures());
  EXPECT_EQ(root["state"], "online");
  const std::string address = "/v1/roots/" + root["id"].dump();
  EXPECT_EQ(added.Header("Location"), address);
  ASSERT_TRUE(world_.Idle());

  const json roots = List();
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_EQ(roots[0]["id"], root["id"]);
  EXPECT_EQ(roots[0]["photos"], 1);
  EXPECT_EQ(roots[0]["watching"], true);

  const HttpReply removed = world_.client().Delete(address);
  EXPECT_EQ(removed.status, 202);
  EXPECT_EQ(Body(removed), (json{{"id", root["id"]}, {"state", "removing"}}));
  ASSERT_TRUE(world_.Idle());
  EXPECT_EQ(Body(world_.client().Get("/v1/jobs"))["jobs"][0]["kind"], "remove");
  EXPECT_TRUE(List().empty());
  EXPECT_EQ(Body(world_.client().Get("/v1/search?q=red"))["results"].size(), 0U);
  EXPECT_THAT(world_.client().Delete(address), IsProblem(404, "not_found", ""));
}

TEST_F(Roots, AreAddedOnce) {
  EXPECT_EQ(Add(world_.Pictures()).status, 201);
  EXPECT_THAT(Add(world_.Pictures()), IsProblem(409, "already_exists", "/path"));
}

TEST_F(Roots, MustBeFoldersThatExist) {
  EXPECT_THAT(Add("/no/such/folder"), IsProblem(400, "invalid_argument", "/path"));
  EXPECT_THAT(Add(world_.Pictures() + "/red.jpg"), IsProblem(400, "invalid_argument", "/path"));
  EXPECT_THAT(Add("pictures"), IsProblem(400, "invalid_argument", "/path"));
  EXPECT_THAT(Add(""), IsProblem(400, "invalid_argument", "/path"));
  EXPECT_THAT(Add(std::string("/tmp\0/x", 7)), IsProblem(400, "invalid_argument", "/path"));
  EXPECT_THAT(Add("/" + std::string(5000, 'a')), IsProblem(400, "too_long", "/path"));
  EXPECT_THAT(world_.client().Post("/v1/roots", "{}"), IsProblem(400, "missing_field", "/path"));
  EXPECT_THAT(world_.client().Post("/v1/roots", R"({"path":"/tmp","recursive":true})"), IsProblem(400, "unknown_field", "/recursive"));
}

TEST_F(Roots, MayNotLieWithinOneAnother) {
  std::filesystem::create_directory(world_.Pictures() + "/inner");
  EXPECT_EQ(Add(world_.Pictures()).status, 201);
  EXPECT_THAT(Add(world_.Pictures() + "/inner"), IsProblem(400, "invalid_argument", "/path"));
}

TEST_F(Roots, MayHaveNamesThatAreNotUtf8) {
  const std::string path = world_.dir() / "caf\xE9";
  std::filesystem::create_directory(path);
  const HttpReply added = world_.client().Post("/v1/roots", json{{"path_bytes", EncodeBase64(path)}}.dump());
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(Body(added)["path_bytes"], EncodeBase64(path));
  EXPECT_EQ(Body(added)["path"], world_.dir() / "caf\uFFFD");
}

}  // namespace
}  // namespace fovea::api
