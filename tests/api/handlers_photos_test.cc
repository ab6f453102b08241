#include "tests/api/api_world.h"
// label: integration

#include <filesystem>
#include <fstream>
#include <set>

#include "api/base64.h"
#include "base/unique_fd.h"
#include "tests/support/wait_until.h"

namespace fovea::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Photos : public testing::Test {
 protected:
  void Index() {
    world_.StartLibrary();
    world_.IndexPictures();
  }
  HttpReply Get(const std::string& target, const test::HttpHeaders& headers = {}) {
    return world_.client().Send({.target = target, .headers = headers});
  }
  std::string AddressOf(const std::string& path, const std::string& what = "") {
    return "/v1/photos/" + std::to_string(world_.IdOf(path)) + what;
  }
  ApiWorld world_;
};

TEST_F(Photos, ShowsAllFactsOfAPhoto) {
  const std::string path = world_.WritePicture(
      "a.jpg", {.width = 40, .height = 20, .exif = {.orientation = 6, .date_time_original = "2021:05:06 07:08:09", .offset_time_original = "+02:00",
                                                    .make = "Canon", .model = "EOS R5", .lens = "RF 50", .latitude = 48.5, .longitude = -11.25}});
  const std::string copy = world_.dir().Write("pictures/b/copy.jpg", *ReadFile(path, 1 << 20));
  Index();
  const HttpReply reply = Get("/v1/photos/1");
  ASSERT_EQ(reply.status, 200);
  const json photo = Body(reply);
  EXPECT_EQ(photo["id"], 1);
  EXPECT_EQ(photo["width"], 20);
  EXPECT_EQ(photo["height"], 40);
  EXPECT_EQ(photo["orientation"], 6);
  EXPECT_EQ(photo["format"], "jpeg");
  EXPECT_EQ(photo["bytes"], std::filesystem::file_size(path));
  EXPECT_EQ(photo["taken_at"], "2021-05-06T07:08:09+02:00");
  EXPECT_EQ(photo["camera"], "Canon EOS R5");
  EXPECT_EQ(photo["lens"], "RF 50");
  EXPECT_NEAR(photo["gps"]["latitude"].get<double>(), 48.5, 1e-4);
  EXPECT_NEAR(photo["gps"]["longitude"].get<double>(), -11.25, 1e-4);
  EXPECT_EQ(photo["sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(photo["file"], "/v1/photos/1/file");
  std::set<std::string> paths;
  for (const json& entry : photo["paths"]) paths.insert(entry["path"].get<std::string>());
  EXPECT_THAT(paths, testing::UnorderedElementsAre(path, copy));
}

TEST_F(Photos, AreListedPageByPage) {
  for (uint64_t i = 0; i < 7; ++i) world_.WritePicture("p" + std::to_string(i) + ".png", {.format = test::PictureFormat::kPng, .seed = i + 1});
  Index();
  std::set<uint64_t> seen;
  std::string cursor;
  int pages = 0;
  do {
    const json page = Body(Get("/v1/photos?limit=3" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    ASSERT_TRUE(page.contains("photos")) << page.dump();
    EXPECT_LE(page["photos"].size(), 3U);
    for (const json& photo : page["photos"]) EXPECT_TRUE(seen.insert(photo["id"].get<uint64_t>()).second);
    cursor = page["next"].is_null() ? "" : page["next"].get<std::string>();
    ++pages;
  } while (!cursor.empty() && pages < 10);
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(pages, 3);
}

TEST_F(Photos, AreListedFromAnyPlaceOn) {
  for (uint64_t i = 0; i < 7; ++i) world_.WritePicture("p" + std::to_string(i) + (i == 3 ? ".jpg" : ".png"), {.format = i == 3 ? test::PictureFormat::kJpeg : test::PictureFormat::kPng, .seed = i + 1});
  Index();
  const auto ids = [&](const std::string& target) {
    std::vector<uint64_t> found;
    const json page = Body(Get(target));
    for (const json& photo : page["photos"]) found.push_back(photo["id"].get<uint64_t>());
    return std::pair(found, page["total"].get<uint64_t>());
  };
  const auto [all, total] = ids("/v1/photos");
  ASSERT_EQ(all.size(), 7U);
  EXPECT_EQ(total, 7U);
  EXPECT_EQ(ids("/v1/photos?skip=5&limit=1"), std::pair(std::vector{all[5]}, uint64_t{7}));
  EXPECT_EQ(Body(Get("/v1/photos?skip=6&limit=1"))["next"], nullptr);
  EXPECT_EQ(ids("/v1/photos?skip=7").first, std::vector<uint64_t>{});
  EXPECT_EQ(ids("/v1/photos?skip=9223372036854775807").first, std::vector<uint64_t>{});
  const std::string after = Body(Get("/v1/photos?limit=2"))["next"];
  EXPECT_EQ(ids("/v1/photos?skip=2&limit=2&cursor=" + after).first, (std::vector{all[4], all[5]}));
  const auto [pictures, fitting] = ids(R"(/v1/photos?filter={"type":"png"})");
  EXPECT_EQ(fitting, 6U);
  EXPECT_EQ(ids(R"(/v1/photos?skip=4&filter={"type":"png"})"), std::pair((std::vector{pictures[4], pictures[5]}), uint64_t{6}));
  EXPECT_THAT(Get("/v1/photos?skip=-1"), IsProblem(400, "out_of_range", "/skip"));
}

TEST_F(Photos, AreListedAmongThoseThatFit) {
  world_.WriteColour("a.jpg", kRed);
  const std::string wanted = world_.WritePicture("b.png", {.format = test::PictureFormat::kPng, .colour = kBlue});
  Index();
  const json page = Body(Get(R"(/v1/photos?filter={"type":"png"})"));
  ASSERT_EQ(page["photos"].size(), 1U) << page;
  EXPECT_EQ(page["photos"][0]["path"], wanted);
  EXPECT_EQ(page["next"], nullptr);
  EXPECT_EQ(Body(Get("/v1/photos/1/similar?filter=%7B%22type%22:%22gif%22%7D"))["results"].size(), 0U);
  EXPECT_THAT(Get(R"(/v1/photos?filter={"colour":"red"})"), IsProblem(400, "unknown_field", "/filter/colour"));
  EXPECT_THAT(Get("/v1/photos?filter=png"), IsProblem(400, "invalid_json", "/filter"));
}

TEST_F(Photos, HaveThumbnailsThatAreSentOnce) {
  const std::string path = world_.WritePicture("wide.jpg", {.width = 800, .height = 400});
  Index();
  const HttpReply reply = Get(AddressOf(path, "/thumbnail?size=64"));
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("Content-Type"), "image/webp");
  EXPECT_THAT(reply.Header("Cache-Control"), HasSubstr("max-age"));
  const auto decoded = encoder::DecodeBytes(reply.body, {});
  ASSERT_THAT(decoded, test::IsOk());
  EXPECT_EQ(decoded->pixels.width, 64);
  EXPECT_EQ(decoded->pixels.height, 32);

  const std::string etag = reply.Header("ETag");
  ASSERT_FALSE(etag.empty());
  const HttpReply again = Get(AddressOf(path, "/thumbnail?size=64"), {{"If-None-Match", etag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(again.Header("ETag"), etag);
  EXPECT_EQ(Get(AddressOf(path, "/thumbnail"), {{"If-None-Match", etag}}).status, 200);
}

TEST_F(Photos, AreSentAsTheyLieOnDisk) {
  const std::string path = world_.WritePicture("noise.png", {.width = 700, .height = 500, .format = test::PictureFormat::kPng});
  Index();
  const std::string bytes = *ReadFile(path, 1 << 24);
  const HttpReply reply = Get(AddressOf(path, "/file"));
  ASSERT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body == bytes);
  EXPECT_EQ(reply.Header("Content-Type"), "image/png");
  EXPECT_EQ(reply.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(reply.Header("Content-Security-Policy"), HasSubstr("sandbox"));
  EXPECT_THAT(reply.Header("Content-Disposition"), StartsWith("inline; filename=\"noise.png\""));
  EXPECT_EQ(reply.Header("Accept-Ranges"), "bytes");
  EXPECT_EQ(Get(AddressOf(path, "/file"), {{"If-None-Match", reply.Header("ETag")}}).status, 304);
}

TEST_F(Photos, AreSentInParts) {
  const std::string path = world_.WritePicture("a.jpg", {});
  Index();
  const std::string bytes = *ReadFile(path, 1 << 24);
  const std::string address = AddressOf(path, "/file");
  const HttpReply part = Get(address, {{"Range", "bytes=10-19"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, bytes.substr(10, 10));
  EXPECT_EQ(part.Header("Content-Range"), "bytes 10-19/" + std::to_string(bytes.size()));
  const HttpReply tail = Get(address, {{"Range", "bytes=-5"}});
  EXPECT_EQ(tail.status, 206);
  EXPECT_EQ(tail.body, bytes.substr(bytes.size() - 5));
  const HttpReply behind = Get(address, {{"Range", "bytes=99999999-"}});
  EXPECT_THAT(behind, IsProblem(416, "range_not_satisfiable", ""));
  EXPECT_EQ(behind.Header("Content-Range"), "bytes */" + std::to_string(bytes.size()));
  EXPECT_EQ(Get(address, {{"Range", "bytes=0-1"}, {"If-Range", "\"older\""}}).status, 200);
}

TEST_F(Photos, HaveNamesThatCannotBreakTheHeader) {
  const std::string path = world_.WritePicture("a\"b\r\nX-Evil: 1 ü.jpg", {});
  Index();
  const HttpReply reply = Get(AddressOf(path, "/file"));
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("X-Evil"), "");
  EXPECT_EQ(reply.Header("Content-Disposition"),
            "inline; filename=\"a_b__X-Evil: 1 __.jpg\"; filename*=UTF-8''a%22b%0D%0AX-Evil%3A%201%20%C3%BC.jpg");
}

TEST_F(Photos, ThatAreGoneSaySo) {
  const std::string path = world_.WritePicture("a.jpg", {});
  Index();
  EXPECT_THAT(Get("/v1/photos/4711"), IsProblem(404, "not_found", ""));
  EXPECT_THAT(Get("/v1/photos/4711/thumbnail"), IsProblem(404, "not_found", ""));
  EXPECT_THAT(Get("/v1/photos/4711/file"), IsProblem(404, "not_found", ""));
}

TEST_F(Photos, OfAFolderThatIsNotThereStayAndSayWhyTheirFileCannotBeHad) {
  const std::string path = world_.WritePicture("red.jpg", {.width = 400, .height = 300, .colour = kRed});
  Index();
  const std::string address = AddressOf(path);
  std::filesystem::rename(world_.Pictures(), world_.dir() / "unplugged");
  ASSERT_TRUE(test::WaitUntil([&] { return Body(Get("/v1/roots"))["roots"][0]["state"] == "offline"; }));
  EXPECT_THAT(Get(address + "/file"), IsProblem(404, "offline", ""));
  const HttpReply stand_in = Get(address + "/thumbnail?size=2048");
  EXPECT_EQ(stand_in.status, 200);
  EXPECT_EQ(stand_in.Header("Cache-Control"), "no-store") << "the stored, smaller one stands in and must not stay";
  EXPECT_EQ(stand_in.Header("ETag"), "");
  EXPECT_EQ(Body(Get(address))["offline"], true);
  const json hits = Body(Get("/v1/search?q=red"))["results"];
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0]["offline"], true);
}

TEST_F(Photos, WithNamesThatAreNotUtf8AreShownAndSent) {
  const std::string path = world_.WritePicture("caf\xE9.jpg", {.colour = kRed});
  Index();
  const json hit = Body(Get("/v1/search?q=red"))["results"][0];
  EXPECT_EQ(hit["path"], world_.Pictures() + "/caf\uFFFD.jpg");
  EXPECT_EQ(DecodeBase64(hit["path_bytes"].get<std::string>()), path);
  const HttpReply file = Get("/v1/photos/" + hit["id"].dump() + "/file");
  EXPECT_EQ(file.status, 200);
  EXPECT_THAT(file.Header("Content-Disposition"), HasSubstr("filename=\"caf___.jpg\"; filename*=UTF-8''caf%EF%BF%BD.jpg"));
}

TEST_F(Photos, AnswerHeadAsGetWithoutItsBody) {
  const std::string path = world_.WritePicture("a.jpg", {});
  Index();
  for (const std::string what : {"", "/file", "/thumbnail"}) {
    const HttpReply head = world_.client().Send({.method = "HEAD", .target = AddressOf(path, what)});
    const HttpReply get = Get(AddressOf(path, what));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.Header("Content-Length"), std::to_string(get.body.size())) << what;
    EXPECT_EQ(head.Header("Content-Type"), get.Header("Content-Type"));
  }
}

}  // namespace
}  // namespace fovea::api
