// Pictures at the edge of what a picture is: one colour all over, one pixel, one pixel wide. Indexed, shown and found like any other.
// label: process
#include <gmock/gmock.h>

#include <cmath>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

struct Edge {
  const char* name;
  PictureSpec spec;
};

std::vector<Edge> Edges(PictureFormat format) {
  return {{"black", {.width = 640, .height = 480, .format = format, .colour = {{0, 0, 0}}}},
          {"white", {.width = 640, .height = 480, .format = format, .colour = {{255, 255, 255}}}},
          {"dot", {.width = 1, .height = 1, .format = format}},
          {"column", {.width = 1, .height = 20'000, .format = format}},
          {"row", {.width = 20'000, .height = 1, .format = format}}};
}

TEST(EdgePictures, AreIndexedShownAndFound) {
  const TempDir folder;
  size_t count = 0;
  for (const PictureFormat format : {PictureFormat::kJpeg, PictureFormat::kPng}) {
    for (const Edge& edge : Edges(format)) {
      folder.Write(StrCat("root/", edge.name, ".", Extension(format)), MakePicture(edge.spec));
      ++count;
    }
  }
  DaemonProcess daemon({.data = folder / "data", .roots = {folder / "root"}});
  ASSERT_TRUE(daemon.WaitUntilReady());
  ASSERT_TRUE(daemon.WaitForPhotos(count));
  EXPECT_TRUE(daemon.Failures().empty());
  for (const auto& photo : daemon.Photos()) {
    EXPECT_EQ(daemon.Get(photo["thumbnail"].get<std::string>()).status, 200) << photo;
  }
  const Reply found = daemon.Get(StrCat("/v1/search?q=dog&k=", count));
  ASSERT_EQ(found.status, 200);
  ASSERT_EQ(found.json["results"].size(), count);
  for (const auto& result : found.json["results"]) EXPECT_LE(std::abs(result["score"].get<double>()), 1.0) << result;
}

TEST(EdgePictures, HaveFiniteFeaturesInBothModes) {
  const TempDir folder;
  ProcessOptions fast{.arguments = {"embed", "--raw"}};
  for (const PictureFormat format : {PictureFormat::kJpeg, PictureFormat::kPng}) {
    for (const Edge& edge : Edges(format)) {
      fast.arguments.insert(fast.arguments.end(), {"--image", folder.Write(StrCat(edge.name, ".", Extension(format)), MakePicture(edge.spec))});
    }
  }
  ProcessOptions parity = fast;
  parity.arguments.push_back("--parity");
  for (const ProcessOptions& options : {fast, parity}) {
    const Finished finished = RunFovea(options);
    ASSERT_EQ(finished.exit_code, 0) << finished.errors;
    for (const auto& row : nlohmann::json::parse(finished.output)["features"]) {
      double squares = 0;
      for (const auto& value : row) squares += value.is_number() ? std::pow(value.get<double>(), 2) : NAN;  // JSON writes NaN as null
      EXPECT_TRUE(std::isfinite(squares) && squares > 0) << squares;
    }
  }
}

}  // namespace
}  // namespace fovea::test
