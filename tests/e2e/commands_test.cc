// The commands that end by themselves: index, search, embed, status, model.
// label: process
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/image_factory.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Commands : public testing::Test {
 protected:
  Finished Run(std::vector<std::string> arguments) const { return RunFovea({.arguments = std::move(arguments)}); }
  Finished Index() const { return Run({"index", "--data", data_, folder_ / "root"}); }
  void WritePictures(uint64_t count) const {
    for (uint64_t i = 0; i < count; ++i) folder_.Write(StrCat("root/", i, ".jpg"), MakePicture({.seed = 300 + i}));
  }

  const TempDir folder_;
  const std::string data_ = folder_ / "data";
};

TEST_F(Commands, IndexEndsWellAndTheSecondTimeDoesNothing) {
  WritePictures(5);
  const Finished first = Index();
  EXPECT_EQ(first.exit_code, 0) << first.errors;
  EXPECT_THAT(first.output, HasSubstr("5 photos"));
  const Finished second = Index();
  EXPECT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_THAT(second.output, HasSubstr("5 photos"));
}

TEST_F(Commands, IndexSaysWhichFilesFailedAndEndsWithThree) {
  WritePictures(2);
  folder_.Write("root/bad.jpg", "no picture");
  const Finished finished = Index();
  EXPECT_EQ(finished.exit_code, 3);
  EXPECT_THAT(finished.errors, AllOf(HasSubstr("bad.jpg"), HasSubstr("failed")));
  EXPECT_THAT(finished.output, AllOf(HasSubstr("2 photos"), HasSubstr("1 files failed")));
}

TEST_F(Commands, IndexStopsWhenItIsInterruptedAndGoesOnLater) {
  WritePictures(300);
  FoveaProcess process({.arguments = {"index", "--data", data_, "--batch-size", "4", "--log-level", "debug", folder_ / "root"}});
  ASSERT_TRUE(process.WaitForErrors("model ")) << process.Errors();
  process.Signal(SIGINT);
  EXPECT_EQ(process.WaitForExit(std::chrono::seconds(10)), 130) << process.Errors();
  const Finished rest = Index();
  EXPECT_EQ(rest.exit_code, 0) << rest.errors;
  EXPECT_THAT(rest.output, HasSubstr("300 photos"));
}

TEST_F(Commands, SearchAsksTheDataWhenNoDaemonRunsAndTheDaemonWhenOneDoes) {
  WritePictures(5);
  ASSERT_EQ(Index().exit_code, 0);
  const std::vector<std::string> search = {"search", "a red car", "-k", "3", "--data", data_};
  const Finished offline = Run(search);
  ASSERT_EQ(offline.exit_code, 0) << offline.errors;
  EXPECT_EQ(std::count(offline.output.begin(), offline.output.end(), '\n'), 3) << offline.output;
  EXPECT_THAT(offline.output, HasSubstr(".jpg"));

  DaemonProcess daemon({.data = data_});
  ASSERT_TRUE(daemon.WaitUntilReady());
  const Finished online = Run(search);
  EXPECT_EQ(online.exit_code, 0) << online.errors;
  EXPECT_EQ(online.output, offline.output);
  const Finished by_url = Run({"search", "a red car", "-k", "3", "--server", daemon.url()});
  EXPECT_EQ(by_url.output, offline.output);
}

TEST_F(Commands, SearchGivesTheDaemonsAnswerAsJson) {
  WritePictures(3);
  ASSERT_EQ(Index().exit_code, 0);
  const Finished finished = Run({"search", "--image", folder_ / "root/1.jpg", "-k", "2", "--json", "--data", data_});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const json answer = json::parse(finished.output);
  ASSERT_EQ(answer["results"].size(), 2u);
  EXPECT_THAT(answer["results"][0]["path"].get<std::string>(), testing::EndsWith("/1.jpg"));
  EXPECT_EQ(answer["model"], "fovea-tiny");
  const Finished similar = Run({"search", "--photo", answer["results"][0]["id"].dump(), "--json", "--data", data_});
  EXPECT_EQ(json::parse(similar.output)["results"].size(), 2u) << "the photo itself is left out";
}

TEST_F(Commands, SearchShowsTheHitsOfATextAndTheRestWhenAskedTo) {
  WritePictures(8);
  ASSERT_EQ(Index().exit_code, 0);
  const auto lines = [](const Finished& finished) { return static_cast<size_t>(std::count(finished.output.begin(), finished.output.end(), '\n')); };
  const Finished whole = Run({"search", "a red car", "--json", "--data", data_});
  ASSERT_EQ(whole.exit_code, 0) << whole.errors;
  const json answer = json::parse(whole.output);
  const Finished hits = Run({"search", "a red car", "--data", data_});
  EXPECT_EQ(lines(hits), answer["cut"]["shown"].get<size_t>()) << hits.output;
  EXPECT_EQ(hits.errors.contains("--all shows the nearest"), lines(hits) == 0) << hits.errors;
  EXPECT_EQ(lines(Run({"search", "a red car", "--all", "--data", data_})), 8u);
}

TEST_F(Commands, SearchKeepsToAFolderADateAndAFilter) {
  WritePictures(4);
  folder_.Write("root/deep/dated.jpg", MakePicture({.seed = 91, .exif = {.date_time_original = "2019:07:14 10:00:00"}}));
  ASSERT_EQ(Index().exit_code, 0);
  const auto found = [&](std::vector<std::string> how) {
    std::vector<std::string> words = {"search", "a red car", "--all", "--data", data_};
    words.insert(words.end(), how.begin(), how.end());
    const Finished finished = Run(words);
    EXPECT_EQ(finished.exit_code, 0) << finished.errors;
    return std::pair(std::count(finished.output.begin(), finished.output.end(), '\n'), finished.output.contains("dated.jpg"));
  };
  const auto only_dated = std::pair(std::ptrdiff_t{1}, true);
  const auto check = [&] {
    EXPECT_EQ(found({"--folder", folder_ / "root/deep/"}), only_dated);
    EXPECT_EQ(found({"--from", "2019-07-14", "--to", "2019-07-14"}), only_dated);
    EXPECT_EQ(found({"--to", "2019-07-13"}).first, 0);
    EXPECT_EQ(found({"--filter", R"({"not": {"month": 7}})"}), std::pair(std::ptrdiff_t{4}, false));
  };
  check();
  DaemonProcess daemon({.data = data_});
  ASSERT_TRUE(daemon.WaitUntilReady());
  check();
  EXPECT_THAT(Run({"search", "x", "--from", "July", "--data", data_}).errors, HasSubstr("/date/from"));
  EXPECT_EQ(Run({"search", "x", "--filter", "july", "--data", data_}).exit_code, 1);
}

TEST_F(Commands, SearchSaysWhenThereIsNothingToSearch) {
  const Finished nothing = Run({"search", "a dog", "--data", data_});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_THAT(nothing.errors, HasSubstr(data_));
  EXPECT_FALSE(fs::exists(data_)) << "looking makes nothing";
  const Finished nobody = Run({"search", "a dog", "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.errors, HasSubstr("http://127.0.0.1:1"));
}

TEST_F(Commands, EmbedGivesOneUnitVectorPerInputInOrder) {
  const std::string picture = folder_.Write("a.png", MakePicture({.format = PictureFormat::kPng, .seed = 1}));
  const Finished finished = Run({"embed", "--text", "a dog", "--image", picture, "--text", "a cat", "a dog"});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const json answer = json::parse(finished.output);
  const auto rows = answer["features"].get<std::vector<std::vector<double>>>();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(answer["dim"].get<size_t>(), rows[0].size());
  EXPECT_EQ(answer["model"], "fovea-tiny");
  for (const auto& row : rows) {
    double square = 0;
    for (const double value : row) square += value * value;
    EXPECT_NEAR(std::sqrt(square), 1, 1e-5);
  }
  for (size_t i = 0; i < rows[0].size(); ++i) EXPECT_NEAR(rows[0][i], rows[3][i], 1e-5);
  EXPECT_NE(rows[0], rows[2]);
}

TEST_F(Commands, EmbedHasAnAnswerForOddTexts) {
  const Finished finished = Run({"embed", "--raw", "--text", "", "\xff", "\uFFFD", "\U0001F600", std::string(100'000, 'a'), "a dog"});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const auto rows = json::parse(finished.output)["features"].get<std::vector<std::vector<double>>>();
  ASSERT_EQ(rows.size(), 6u);
  for (size_t i = 0; i < rows[1].size(); ++i) EXPECT_NEAR(rows[1][i], rows[2][i], 1e-5) << "a byte that is no UTF-8 is U+FFFD";
  EXPECT_NE(rows[0], rows[5]);
  EXPECT_NE(rows[3], rows[5]);
}

TEST_F(Commands, EmbedRawIsNotBroughtToUnitLength) {
  const auto length = [](const json& row) {
    double square = 0;
    for (const double value : row.get<std::vector<double>>()) square += value * value;
    return std::sqrt(square);
  };
  const Finished raw = Run({"embed", "--raw", "--text", "a dog", "two dogs"});
  ASSERT_EQ(raw.exit_code, 0) << raw.errors;
  const json rows = json::parse(raw.output)["features"];
  EXPECT_GT(std::abs(length(rows[0]) - 1), 1e-3);
}

TEST_F(Commands, EmbedNamesTheInputThatFails) {
  const std::string bad = folder_.Write("bad.jpg", "no picture");
  const Finished finished = Run({"embed", "--image", bad});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.errors, HasSubstr(bad));
  EXPECT_EQ(Run({"embed", "--image", folder_ / "absent.jpg"}).exit_code, 1);
}

TEST_F(Commands, StatusTellsTheDaemonsStateOrWhatLiesOnTheData) {
  WritePictures(3);
  ASSERT_EQ(Index().exit_code, 0);
  const Finished offline = Run({"status", "--json", "--data", data_});
  ASSERT_EQ(offline.exit_code, 0) << offline.errors;
  EXPECT_EQ(json::parse(offline.output)["photos"], 3);

  DaemonProcess daemon({.data = data_});
  ASSERT_TRUE(daemon.WaitUntilReady());
  const json online = json::parse(Run({"status", "--json", "--data", data_}).output);
  EXPECT_EQ(online["photos"], 3);
  EXPECT_EQ(online["url"], daemon.url());
  EXPECT_THAT(Run({"status", "--data", data_}).output, AllOf(HasSubstr("photos: 3"), HasSubstr(daemon.url())));
  daemon.KillHard();
  EXPECT_EQ(json::parse(Run({"status", "--json", "--data", data_}).output)["state"], "no daemon runs") << "a file left behind fools nobody";
}

TEST_F(Commands, StatusWaitsUntilAllIsIndexed) {
  WritePictures(40);
  DaemonProcess daemon({.data = data_, .roots = {folder_ / "root"}});
  const Finished waited = Run({"status", "--wait", "--json", "--data", data_});
  ASSERT_EQ(waited.exit_code, 0) << waited.errors;
  EXPECT_EQ(json::parse(waited.output)["photos"], 40);
  daemon.KillHard();
  EXPECT_EQ(Run({"status", "--wait", "--data", data_}).exit_code, 1) << "nobody to wait for";
}

TEST_F(Commands, ModelListSaysWhatTheModelKnowsAndHowToGetAnother) {
  const Finished list = Run({"model", "list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.output, AllOf(HasSubstr("fovea-tiny"), HasSubstr("drawings"), HasSubstr("not photographs"), HasSubstr("--model DIR")));
  const json models = json::parse(Run({"model", "list", "--json"}).output);
  ASSERT_FALSE(models.empty());
  EXPECT_GT(models[0]["dim"].get<int>(), 0);
}

TEST_F(Commands, ModelInspectLoadsAModelAndTellsItsFacts) {
  const Finished finished = Run({"model", "inspect", "fovea-tiny"});
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  const json facts = json::parse(finished.output);
  EXPECT_EQ(facts["name"], "fovea-tiny");
  EXPECT_GT(facts["parameters"].get<int64_t>(), 1'000'000);
  EXPECT_EQ(Run({"model", "inspect", "nobody"}).exit_code, 1);
}

TEST_F(Commands, AWrongCommandLineEndsWithTwo) {
  EXPECT_EQ(Run({"serve", "--no-such-option"}).exit_code, 2);
  EXPECT_EQ(Run({}).exit_code, 2);
  EXPECT_THAT(Run({"--version"}).output, testing::StartsWith("fovea "));
}

}  // namespace
}  // namespace fovea::test
