#include "tests/api/api_world.h"
// label: integration

#include "tests/support/wait_until.h"

namespace fovea::api {
namespace {

using test::WaitUntil;

class Models : public testing::Test {
 protected:
  static indexer::LibraryOptions WithLoader(test::FakeEncoderControl& control) {
    indexer::LibraryOptions options;
    options.load_model = [&control](const std::string& source) -> Result<std::vector<std::unique_ptr<encoder::Encoder>>> {
      if (source == "gone") return std::unexpected(NotFound("no model \"gone\""));
      std::vector<std::unique_ptr<encoder::Encoder>> one;
      one.push_back(std::make_unique<test::FakeEncoder>(control, source + "@1", source == "other" ? 5 : 7));
      return one;
    };
    return options;
  }
  void SetUp() override {
    world_.WriteColour("red.jpg", kRed);
    world_.WriteColour("blue.jpg", kBlue);
    world_.StartLibrary();
    world_.IndexPictures();
  }
  HttpReply Switch(const json& body) { return world_.client().Post("/v1/models", body.dump()); }
  json List() { return Body(world_.client().Get("/v1/models"))["models"]; }
  json Job() { return Body(world_.client().Get("/v1/jobs?limit=1"))["jobs"][0]; }
  std::string Answering() { return List()[0]["id"]; }
  std::string JobPath(const json& job, const std::string& what = "") { return "/v1/jobs/" + job["id"].dump() + what; }

  test::FakeEncoderControl control_;
  ApiWorld world_{{}, WithLoader(control_)};
};

TEST_F(Models, AreSwitchedByAJobWhileTheOldOneAnswers) {
  control_.Hold();
  const HttpReply reply = Switch({{"model", "new"}});
  ASSERT_EQ(reply.status, 202) << reply.body;
  const json job = Body(reply);
  EXPECT_EQ(job["kind"], "model");
  EXPECT_EQ(job["subject"], "new");
  EXPECT_EQ(job["state"], "running");
  const json models = List();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0]["id"], "fake-1");
  EXPECT_EQ(models[0]["state"], "answering");
  EXPECT_EQ(models[0]["dim"], 64);
  EXPECT_TRUE(models[0]["job"].is_null());
  EXPECT_EQ(models[1]["id"], "new@1");
  EXPECT_EQ(models[1]["source"], "new");
  EXPECT_EQ(models[1]["state"], "filling");
  EXPECT_EQ(models[1]["job"]["id"], job["id"]);
  EXPECT_TRUE(models[1]["kept_until"].is_null());
  EXPECT_EQ(Body(world_.client().Get("/v1/search?q=red"))["results"].size(), 2U);
  control_.LetGo();
  ASSERT_TRUE(WaitUntil([&] { return Answering() == "new@1"; }));
  EXPECT_THAT(Body(world_.client().Get("/v1/search?q=red"))["results"][0]["path"].get<std::string>(), testing::EndsWith("red.jpg"));
  EXPECT_EQ(Body(world_.client().Get("/v1/status"))["model"]["id"], "new@1");
  EXPECT_EQ(List()[1]["state"], "kept");
  EXPECT_THAT(List()[1]["kept_until"].get<std::string>(), testing::EndsWith("Z"));
  ASSERT_TRUE(WaitUntil([&] { return Job()["state"] == "done"; }));
  EXPECT_EQ(Job()["done"], 2);
}

TEST_F(Models, ArePausedResumedAndGivenUp) {
  control_.Hold();
  const json job = Body(Switch({{"model", "new"}}));
  EXPECT_EQ(world_.client().Post(JobPath(job, "/pause"), "").status, 204);
  EXPECT_EQ(List()[1]["paused"], true);
  EXPECT_EQ(Job()["note"], "paused");
  EXPECT_EQ(world_.client().Post(JobPath(job, "/resume"), "").status, 204);
  EXPECT_EQ(List()[1]["paused"], false);
  EXPECT_EQ(world_.client().Delete(JobPath(job)).status, 202);
  control_.LetGo();
  EXPECT_EQ(Job()["state"], "cancelled");
  EXPECT_EQ(List()[1]["state"], "kept");
  EXPECT_EQ(Answering(), "fake-1");
  EXPECT_THAT(world_.client().Delete(JobPath(job)), IsProblem(404, "not_found", ""));
  EXPECT_THAT(world_.client().Post("/v1/jobs/99999/pause", ""), IsProblem(404, "not_found", ""));
}

TEST_F(Models, RefuseWhatCannotBeSwitchedToAndNameTheField) {
  EXPECT_THAT(Switch({{"model", "gone"}}), IsProblem(404, "not_found", "/model"));
  EXPECT_THAT(Switch(json::object()), IsProblem(400, "missing_field", "/model"));
  EXPECT_THAT(Switch({{"model", 7}}), IsProblem(400, "wrong_type", "/model"));
  EXPECT_THAT(Switch({{"model", "new"}, {"when", "now"}}), IsProblem(400, "unknown_field", "/when"));
  control_.Hold();
  ASSERT_EQ(Switch({{"model", "new"}}).status, 202);
  EXPECT_THAT(Switch({{"model", "other"}}), IsProblem(409, "already_exists", "/model"));
  control_.LetGo();
  ASSERT_TRUE(WaitUntil([&] { return Answering() == "new@1"; }));
  EXPECT_THAT(Switch({{"model", "new"}}), IsProblem(409, "already_exists", "/model"));
}

}  // namespace
}  // namespace fovea::api
