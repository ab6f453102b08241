// Near-duplicates with the real program and the real model: found over HTTP and on the command line, kept over a kill.
// label: process
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class NearDuplicates : public testing::Test {
 protected:
  bool WaitForSearch(const DaemonProcess& daemon) const {
    return daemon.WaitFor([&] {
      const json answer = daemon.Get("/v1/duplicates").json;
      return answer.is_object() && answer["running"].is_null();
    });
  }
  const TempDir folder_;
  const std::string data_ = folder_ / "data";
};

TEST_F(NearDuplicates, AreFoundAmongRealFilesAndStayOverARestart) {
  const auto at = [](const std::string& time) { return ExifSpec{.date_time_original = time, .make = "Canon", .model = "EOS R5"}; };
  for (uint64_t i = 0; i < 12; ++i) folder_.Write(StrCat("root/", i, "x.jpg"), MakePicture({.width = 640, .height = 480, .seed = 900 + i}));
  folder_.Write("root/trip/beach.jpg", MakePicture({.width = 1600, .height = 1200, .seed = 5, .exif = at("2022:07:08 09:10:11")}));
  folder_.Write("root/mail/beach-small.png", MakePicture({.width = 800, .height = 600, .format = PictureFormat::kPng, .seed = 5}));
  folder_.Write("root/trip/shot-a.jpg", MakePicture({.width = 1600, .height = 1200, .seed = 6, .quality = 93, .exif = at("2022:07:08 10:00:00")}));
  folder_.Write("root/trip/shot-b.jpg", MakePicture({.width = 1600, .height = 1200, .seed = 6, .quality = 88, .exif = at("2022:07:08 10:00:01")}));
  {
    DaemonProcess daemon({.data = data_, .roots = {folder_ / "root"}});
    ASSERT_TRUE(daemon.WaitForPhotos(16));
    const Reply begun = daemon.Post("/v1/duplicates", json::object());
    ASSERT_EQ(begun.status, 202) << begun.body;
    ASSERT_TRUE(WaitForSearch(daemon));
    EXPECT_EQ(daemon.Stop(), 0);
  }
  DaemonProcess daemon({.data = data_});
  const json answer = daemon.Get("/v1/duplicates").json;
  ASSERT_EQ(answer["search"]["photos"], 16) << answer.dump();
  const json copies = daemon.Get("/v1/duplicates?kind=copies").json["groups"];
  ASSERT_EQ(copies.size(), 1u) << answer.dump(1);
  ASSERT_EQ(copies[0]["photos"].size(), 2u) << copies.dump(1);
  for (const json& photo : copies[0]["photos"]) EXPECT_EQ(photo["keep"], photo["path"] == folder_ / "root/trip/beach.jpg") << photo.dump();
  const json bursts = daemon.Get("/v1/duplicates?kind=bursts").json["groups"];
  ASSERT_EQ(bursts.size(), 1u) << answer.dump(1);
  EXPECT_THAT(bursts.dump(), AllOf(HasSubstr("shot-a.jpg"), HasSubstr("shot-b.jpg")));

  const Finished told = RunFovea({.arguments = {"duplicates", "--data", data_, "--kind", "copies"}});
  EXPECT_EQ(told.exit_code, 0) << told.errors;
  EXPECT_THAT(told.output, AllOf(HasSubstr("trip/beach.jpg"), HasSubstr("mail/beach-small.png"), HasSubstr("keep")));
  EXPECT_EQ(told.output.find("shot-a"), std::string::npos);
  const Finished as_json = RunFovea({.arguments = {"duplicates", "--data", data_, "--json"}});
  EXPECT_EQ(json::parse(as_json.output)["groups"].size(), 2u) << as_json.output;
}

TEST_F(NearDuplicates, SearchedForWhenKilledAreSearchedForAgain) {
  const json model = json::parse(RunFovea({.arguments = {"model", "inspect", "fovea-tiny"}}).output);
  const std::string make = std::filesystem::path(FOVEA_BINARY).parent_path() / "make_library";
  ASSERT_EQ(std::system(StrCat(make, " ", data_, " 30000 --dim ", model["dim"].get<int>(), " --model-id '", model["id"].get<std::string>(), "' > /dev/null 2>&1").c_str()), 0);
  {
    DaemonProcess daemon({.data = data_});
    ASSERT_TRUE(daemon.WaitUntilReady());
    ASSERT_EQ(daemon.Post("/v1/duplicates", json::object()).status, 202);
    const Reply again = daemon.Post("/v1/duplicates", json::object());
    EXPECT_EQ(again.status, 429) << again.body;
    daemon.KillHard();
  }
  DaemonProcess daemon({.data = data_});
  ASSERT_TRUE(daemon.WaitUntilReady());
  json job = daemon.Get("/v1/jobs?limit=1").json["jobs"][0];
  EXPECT_EQ(job["kind"], "duplicates");
  EXPECT_EQ(job["state"], "cancelled");
  EXPECT_TRUE(daemon.Get("/v1/duplicates").json["search"].is_null());
  ASSERT_EQ(daemon.Post("/v1/duplicates", json::object()).status, 202);
  ASSERT_TRUE(WaitForSearch(daemon));
  const json answer = daemon.Get("/v1/duplicates?kind=bursts&limit=1").json;
  EXPECT_EQ(answer["search"]["photos"], 30000);
  EXPECT_GT(answer["search"]["groups"]["bursts"].get<int>(), 100) << answer["search"].dump();
  EXPECT_EQ(daemon.Stop(), 0);
}

}  // namespace
}  // namespace fovea::test
