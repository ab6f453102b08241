#include "tests/api/api_world.h"
// label: integration

#include "api/base64.h"

namespace fovea::api {
namespace {

using testing::Each;
using testing::Not;

class Search : public testing::Test {
 protected:
  void SetUp() override {
    red_ = world_.WriteColour("red.jpg", kRed);
    world_.WriteColour("green.jpg", kGreen);
    world_.WritePicture("blue.png", {.format = test::PictureFormat::kPng, .colour = kBlue});
    world_.StartLibrary();
    world_.IndexPictures();
  }
  json Ask(const std::string& body) {
    const HttpReply reply = world_.client().Post("/v1/search", body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return Body(reply);
  }
  ApiWorld world_;
  std::string red_;
};

TEST_F(Search, AnswersATextInTheAddress) {
  const HttpReply reply = world_.client().Get("/v1/search?q=a+red%20thing&k=2");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Header("Content-Type"), "application/json");
  const json answer = Body(reply);
  ASSERT_EQ(answer["results"].size(), 2U);
  const json& best = answer["results"][0];
  EXPECT_EQ(best["path"], red_);
  EXPECT_GT(best["score"].get<double>(), answer["results"][1]["score"].get<double>());
  EXPECT_LE(best["score"].get<double>(), 1.0001);
  EXPECT_EQ(best["width"], 64);
  EXPECT_EQ(best["height"], 48);
  EXPECT_EQ(best["taken_at"], nullptr);
  EXPECT_EQ(best["thumbnail"], "/v1/photos/" + best["id"].dump() + "/thumbnail");
  EXPECT_EQ(best["offline"], false);
  EXPECT_EQ(answer["next"], nullptr);
  EXPECT_EQ(answer["model"], "fake");
  EXPECT_EQ(answer["exact"], true);
  EXPECT_GE(answer["took_ms"].get<double>(), answer["timings"]["encode_ms"].get<double>());
}

TEST_F(Search, AnswersATextInTheBody) {
  const json answer = Ask(R"({"text": "red", "k": 1})");
  ASSERT_EQ(answer["results"].size(), 1U);
  EXPECT_EQ(answer["results"][0]["path"], red_);
}

TEST_F(Search, AnswersAnUploadedPicture) {
  const std::string picture = test::MakePicture({.format = test::PictureFormat::kPng, .colour = kRed});
  const json answer = Ask(json{{"image", EncodeBase64(picture)}}.dump());
  ASSERT_EQ(answer["results"].size(), 3U);
  EXPECT_EQ(answer["results"][0]["path"], red_);
  EXPECT_GT(answer["results"][0]["score"].get<double>(), 0.99);
}

TEST_F(Search, AnswersAStoredPhotoWithoutTheQuestionItself) {
  const uint64_t id = world_.IdOf(red_);
  const json by_body = Ask(json{{"photo", id}}.dump());
  EXPECT_EQ(by_body["results"].size(), 2U);
  EXPECT_THAT(by_body["results"], Each(testing::ResultOf([](const json& hit) { return hit["id"].get<uint64_t>(); }, Not(id))));
  const json by_address = Body(world_.client().Get("/v1/photos/" + std::to_string(id) + "/similar?k=1"));
  ASSERT_EQ(by_address["results"].size(), 1U);
  EXPECT_EQ(by_address["results"][0]["id"], by_body["results"][0]["id"]);
}

TEST_F(Search, AnswersAVector) {
  const json embedded = Body(world_.client().Post("/v1/embeddings", R"({"texts": ["red"], "normalised": false})"));
  const json by_vector = Ask(json{{"vector", embedded["texts"][0]}, {"exact", true}}.dump());
  const json by_text = Ask(R"({"text": "red", "exact": false})");
  ASSERT_EQ(by_vector["results"].size(), 3U);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(by_vector["results"][i]["id"], by_text["results"][i]["id"]);
  EXPECT_EQ(by_vector["exact"], true);
  EXPECT_EQ(Body(world_.client().Get("/v1/search?q=red&exact=true"))["exact"], true);
}

TEST_F(Search, RefusesVectorsThatAreNone) {
  auto& client = world_.client();
  const size_t dim = Body(client.Post("/v1/embeddings", R"({"texts": ["red"]})"))["dim"];
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": [1, 2]})"), IsProblem(400, "invalid_argument", "/vector"));
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": []})"), IsProblem(400, "missing_field", "/vector"));
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": "1, 2"})"), IsProblem(400, "wrong_type", "/vector"));
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": [1, null]})"), IsProblem(400, "wrong_type", "/vector/1"));
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": [0, 1, -1e39]})"), IsProblem(400, "out_of_range", "/vector/2"));
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": [1e999]})"), IsProblem(400, "invalid_json", ""));
  EXPECT_THAT(client.Post("/v1/search", R"({"vector": [NaN]})"), IsProblem(400, "invalid_json", ""));
  EXPECT_THAT(client.Post("/v1/search", json{{"vector", std::vector<float>(dim, 0)}}.dump()), IsProblem(400, "invalid_argument", "/vector"));
  EXPECT_THAT(client.Post("/v1/search", json{{"vector", std::vector<float>(70'000, 1)}}.dump()), IsProblem(400, "too_long", "/vector"));
  EXPECT_THAT(client.Post("/v1/search", R"({"text": "red", "vector": [1]})"), IsProblem(400, "invalid_argument", "/vector"));
  EXPECT_THAT(client.Post("/v1/search", R"({"text": "red", "exact": "yes"})"), IsProblem(400, "wrong_type", "/exact"));
  EXPECT_THAT(client.Get("/v1/search?q=red&exact=1"), IsProblem(400, "wrong_type", "/exact"));
}

// Three colours of a fake model: what the rule makes of them is not the point, only that its answer fits together.
TEST_F(Search, SaysWhereTheHitsEnd) {
  for (const json& answer : {Ask(R"({"text": "red", "cutoff": "auto"})"), Body(world_.client().Get("/v1/search?q=red&cutoff=auto"))}) {
    ASSERT_EQ(answer["results"].size(), 3U);
    const json& cut = answer["cut"];
    ASSERT_TRUE(cut.is_object()) << answer;
    EXPECT_EQ(cut["shown"], cut["found"]);
    size_t reach = 0;
    for (const json& hit : answer["results"]) reach += hit["score"].get<double>() >= cut["score"].get<double>() ? 1 : 0;
    EXPECT_EQ(cut["shown"], reach);
    EXPECT_GT(cut["background"]["deviation"].get<double>(), 0);
  }
  EXPECT_EQ(Ask(R"({"text": "red"})")["cut"], nullptr);
  const std::string red = std::to_string(world_.IdOf(red_));
  EXPECT_TRUE(Ask(R"({"cutoff": "auto", "photo": )" + red + "}")["cut"].is_object());
  EXPECT_TRUE(Body(world_.client().Get("/v1/photos/" + red + "/similar?cutoff=auto"))["cut"].is_object());
}

TEST_F(Search, CountsTheHitsAboveAScore) {
  const json all = Ask(R"({"text": "red"})");
  const double second = all["results"][1]["score"].get<double>();
  const json cut = Ask(json{{"text", "red"}, {"cutoff", second}, {"k", 1}}.dump())["cut"];
  EXPECT_EQ(cut["shown"], 1);
  EXPECT_EQ(cut["found"], 2);
  EXPECT_FALSE(cut.contains("background"));
  EXPECT_EQ(Ask(R"({"text": "red", "cutoff": 1})")["results"].size(), 3U) << "what is no hit is in the answer all the same";
  EXPECT_EQ(Body(world_.client().Get("/v1/search?q=red&cutoff=-1"))["cut"]["found"], 3);
}

TEST_F(Search, RefusesCutoffsThatItDoesNotKnow) {
  auto& client = world_.client();
  EXPECT_THAT(client.Post("/v1/search", R"({"text":"x","cutoff":"Auto"})"), IsProblem(400, "invalid_argument", "/cutoff"));
  EXPECT_THAT(client.Post("/v1/search", R"({"text":"x","cutoff":"0.5"})"), IsProblem(400, "invalid_argument", "/cutoff"));
  EXPECT_THAT(client.Post("/v1/search", R"({"text":"x","cutoff":1.5})"), IsProblem(400, "out_of_range", "/cutoff"));
  EXPECT_THAT(client.Post("/v1/search", R"({"text":"x","cutoff":true})"), IsProblem(400, "wrong_type", "/cutoff"));
  EXPECT_THAT(client.Post("/v1/search", R"({"text":"x","cutoff":null})"), IsProblem(400, "wrong_type", "/cutoff"));
  EXPECT_THAT(client.Get("/v1/search?q=x&cutoff=some"), IsProblem(400, "wrong_type", "/cutoff"));
  EXPECT_THAT(client.Get("/v1/search?q=x&cutoff="), IsProblem(400, "wrong_type", "/cutoff"));
  EXPECT_THAT(client.Get("/v1/search?q=x&cutoff=nan"), IsProblem(400, "out_of_range", "/cutoff"));
  EXPECT_THAT(client.Get("/v1/search?q=x&cutoff=-2"), IsProblem(400, "out_of_range", "/cutoff"));
}

TEST_F(Search, NamesThePhotoThatIsNotThere) {
  EXPECT_THAT(world_.client().Get("/v1/photos/4711/similar"), IsProblem(404, "not_found", ""));
  EXPECT_THAT(world_.client().Post("/v1/search", R"({"photo":4711})"), IsProblem(404, "not_found", ""));
}

TEST_F(Search, BlamesTheFieldOfAPictureThatCannotBeRead) {
  const std::string picture = test::MakePicture({.colour = kRed});
  for (const std::string& bytes : {std::string("hello"), picture.substr(0, 200), std::string("<svg xmlns='http://www.w3.org/2000/svg'/>")}) {
    EXPECT_THAT(world_.client().Post("/v1/search", json{{"image", EncodeBase64(bytes)}}.dump()), IsProblem(422, "picture_unreadable", "/image"));
  }
}

TEST_F(Search, GivesVectorsOfTextsAndPictures) {
  const std::string picture = test::MakePicture({.colour = kRed});
  const HttpReply reply =
      world_.client().Post("/v1/embeddings", json{{"texts", {"red", "山"}}, {"images", {EncodeBase64(picture)}}}.dump());
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json answer = Body(reply);
  ASSERT_EQ(answer["texts"].size(), 2U);
  ASSERT_EQ(answer["images"].size(), 1U);
  EXPECT_EQ(answer["model"], "fake");
  EXPECT_EQ(answer["model_id"], "fake-1");
  EXPECT_EQ(answer["dim"], test::FakeEncoder::kDim);
  EXPECT_EQ(answer["normalised"], true);
  for (const json& row : answer["texts"]) {
    ASSERT_EQ(row.size(), static_cast<size_t>(test::FakeEncoder::kDim));
    double length = 0;
    for (const json& value : row) length += value.get<double>() * value.get<double>();
    EXPECT_NEAR(length, 1.0, 1e-5);
  }
}

TEST_F(Search, TakesEmojiAndControlCharacters) {
  const HttpReply vectors = world_.client().Post("/v1/embeddings", R"({"texts":["\u0000","red\u0000","\ud83d\ude00"]})");
  ASSERT_EQ(vectors.status, 200) << vectors.body;
  EXPECT_EQ(Body(vectors)["texts"].size(), 3U);
  for (const char* target : {"/v1/search?q=%00", "/v1/search?q=red%00", "/v1/search?q=%F0%9F%98%80"}) EXPECT_EQ(world_.client().Get(target).status, 200) << target;
}

TEST_F(Search, GivesVectorsAsTheModelMakesThem) {
  const json unit = Body(world_.client().Post("/v1/embeddings", R"({"texts":["red"]})"));
  const json raw = Body(world_.client().Post("/v1/embeddings", R"({"texts":["red"],"normalised":false})"));
  EXPECT_EQ(raw["normalised"], false);
  EXPECT_FALSE(raw.contains("images"));
  EXPECT_NE(raw["texts"], unit["texts"]);
}

TEST_F(Search, BlamesThePictureThatHasNoVector) {
  EXPECT_THAT(world_.client().Post("/v1/embeddings", R"({"images":["aGVsbG8="]})"), IsProblem(422, "picture_unreadable", "/images"));
}

TEST_F(Search, StaysAmongPhotosThatFitTheFilter) {
  const json png = Ask(R"({"text": "red", "filter": {"type": "png"}})");
  ASSERT_EQ(png["results"].size(), 1U);
  EXPECT_THAT(png["results"][0]["path"].get<std::string>(), testing::EndsWith("blue.png"));
  const json both = Ask(json{{"text", "red"}, {"filter", {{"or", {{{"type", "png"}}, {{"glob", "**/re*.jpg"}}}}}}}.dump());
  ASSERT_EQ(both["results"].size(), 2U);
  EXPECT_EQ(both["results"][0]["path"], red_);
  const HttpReply got = world_.client().Get("/v1/search?q=red&filter=%7B%22type%22%3A%22jpeg%22%7D");
  ASSERT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(Body(got)["results"].size(), 2U);
  EXPECT_EQ(Ask(R"({"text": "red", "filter": {"year": 1999}})")["results"].size(), 0U);
}

TEST_F(Search, NamesTheFieldOfAFilterThatMakesNoSense) {
  const auto post = [&](const char* filter) { return world_.client().Post("/v1/search", std::string(R"({"text": "red", "filter": )") + filter + "}"); };
  EXPECT_THAT(post(R"({"colour": 1})"), IsProblem(400, "unknown_field", "/filter/colour"));
  EXPECT_THAT(post(R"({"date": {"from": "soon"}})"), IsProblem(400, "invalid_argument", "/filter/date/from"));
  EXPECT_THAT(world_.client().Get("/v1/search?q=red&filter=%7B"), IsProblem(400, "invalid_json", "/filter"));
}

}  // namespace
}  // namespace fovea::api
