#include "tests/api/api_world.h"
// label: integration

#include <set>

namespace fovea::api {
namespace {

class Jobs : public testing::Test {
 protected:
  json Failures(const std::string& query = "") { return Body(world_.client().Get("/v1/failures" + query)); }
  ApiWorld world_;
};

TEST_F(Jobs, TellWhatAScanHasDone) {
  world_.WriteColour("red.jpg", kRed);
  world_.dir().Write("pictures/broken.jpg", "not a picture");
  world_.StartLibrary();
  world_.IndexPictures();
  const json jobs = Body(world_.client().Get("/v1/jobs?limit=1"))["jobs"];
  ASSERT_EQ(jobs.size(), 1U);
  const json& job = jobs[0];
  EXPECT_EQ(job["kind"], "scan");
  EXPECT_EQ(job["subject"], world_.Pictures());
  EXPECT_EQ(job["state"], "done");
  EXPECT_EQ(job["done"], 1);
  EXPECT_EQ(job["failed"], 1);
  EXPECT_EQ(job["total"], 2);
  EXPECT_TRUE(job["rate"].is_number());
  EXPECT_TRUE(job.contains("eta_s"));
}

TEST_F(Jobs, ListEveryFailureWithItsReason) {
  const std::string broken = world_.dir().Write("pictures/broken.jpg", "not a picture");
  const std::string empty = world_.dir().Write("pictures/empty.png", "");
  const std::string odd = world_.dir().Write("pictures/caf\xE9.jpg", "no picture either");
  world_.StartLibrary();
  world_.IndexPictures();
  std::set<std::string> paths;
  std::string cursor;
  for (int pages = 0; pages < 4; ++pages) {
    const json page = Failures("?limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page["failures"].size(), 1U) << page.dump();
    const json& failure = page["failures"][0];
    paths.insert(failure["path"].get<std::string>());
    EXPECT_FALSE(failure["reason"].get<std::string>().empty());
    EXPECT_THAT(failure["code"].get<std::string>(), testing::AnyOf("unsupported", "corrupt"));
    EXPECT_THAT(failure["at"].get<std::string>(), testing::EndsWith("Z"));
    EXPECT_EQ(failure["tries"], 1);
    if (page["next"].is_null()) break;
    cursor = page["next"].get<std::string>();
  }
  EXPECT_THAT(paths, testing::UnorderedElementsAre(broken, empty, world_.Pictures() + "/caf\uFFFD.jpg"));
}

TEST_F(Jobs, TryFailuresAgainWhenAsked) {
  const std::string path = world_.dir().Write("pictures/a.jpg", "not a picture");
  world_.StartLibrary();
  world_.IndexPictures();
  ASSERT_EQ(Failures()["failures"].size(), 1U);
  const HttpReply reply = world_.client().Post("/v1/failures/retry", "");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(Body(reply)["retried"], 1);
  ASSERT_TRUE(world_.Idle());
  EXPECT_EQ(Failures()["failures"].size(), 1U);
  EXPECT_THAT(world_.client().Post("/v1/failures/retry", R"({"path":"/a"})"), IsProblem(400, "unknown_field", "/path"));
}

TEST_F(Jobs, MakeABackupWhereTheBodySays) {
  world_.WriteColour("red.jpg", kRed);
  world_.StartLibrary();
  world_.IndexPictures();
  const std::string folder = world_.dir() / "backups";
  const HttpReply made = world_.client().Post("/v1/backups", json{{"folder", folder}}.dump());
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(Body(made)["number"], 1);
  EXPECT_EQ(Body(made)["photos"], 1);
  EXPECT_EQ(Body(world_.client().Get("/v1/jobs?limit=1"))["jobs"][0]["kind"], "backup");
  EXPECT_THAT(world_.client().Post("/v1/backups", json{{"folder", world_.Pictures()}}.dump()), IsProblem(409, "already_exists", "/folder"));
  EXPECT_THAT(world_.client().Post("/v1/backups", R"({"folder":"here"})"), IsProblem(400, "invalid_argument", "/folder"));
  EXPECT_THAT(world_.client().Post("/v1/backups", "{}"), IsProblem(400, "missing_field", "/folder"));
  EXPECT_THAT(world_.client().Post("/v1/backups", R"({"folder":"/proc/no"})"), IsProblem(500, "io", "/folder"));
}

}  // namespace
}  // namespace fovea::api
