// What "cutoff": "auto" is worth on the sample pictures, whose contents are known: F1 against every fixed rule. The questions are
// those of samples/labels.json, and half of the plain ones once more without the pictures that show what they ask for.
// label: process
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "indexer/hit_cutoff.h"
#include "tests/support/daemon_process.h"
#include "tests/support/hit_worth.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kSamples = StrCat(FOVEA_SOURCE_DIR, "/samples");
constexpr size_t kKept = 1000;

bool Shows(const json& contents, const json& question) {
  const json& things = contents["things"];
  const bool all = std::ranges::all_of(question["things"], [&](const json& thing) { return std::ranges::find(things, thing) != things.end(); });
  const auto agrees = [&](const char* what) { return !question.contains(what) || contents.value(what, json()) == question[what]; };
  return all && agrees("colour") && agrees("count");
}

struct Asked {
  std::vector<Judged> pictures = {};
  size_t found = 0;  // what the daemon says
  indexer::ScoreBackground background;
};

Asked Ask(const DaemonProcess& daemon, const json& labels, const json& question) {
  const Reply reply = daemon.Post("/v1/search", {{"text", question["text"]}, {"k", 1000}, {"cutoff", "auto"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  const json& cut = reply.json["cut"];
  Asked asked{.found = cut["found"], .background = {.mean = cut["background"]["mean"], .deviation = cut["background"]["deviation"]}};
  for (const json& hit : reply.json["results"]) {
    const std::string name = fs::path(hit["path"].get<std::string>()).lexically_relative(fs::canonical(kSamples + "/pictures")).string();
    asked.pictures.push_back({hit["score"].get<float>(), Shows(labels["pictures"][name], question)});
  }
  return asked;
}

std::vector<float> ScoresOf(const std::vector<Judged>& pictures) {
  std::vector<float> scores;
  for (const Judged& picture : pictures) scores.push_back(picture.score);
  return scores;
}

TEST(HitCutoff, BeatsEveryThresholdAndCountOnTheSamples) {
  std::ifstream file(kSamples + "/labels.json");
  const json labels = json::parse(file);
  const TempDir folder;
  const Finished index = RunFovea({.arguments = {"index", "--data", folder / "data", kSamples + "/pictures"}});
  ASSERT_EQ(index.exit_code, 0) << index.errors;
  const DaemonProcess daemon({.data = folder / "data"});
  ASSERT_TRUE(daemon.WaitUntilReady());

  HitWorth present(kKept), all(kKept), absent(kKept);
  indexer::ScoreBackground background;
  for (const char* kind : {"one", "two", "coloured", "counted"}) {
    const json& questions = labels["questions"][kind];
    for (size_t i = 0; i < questions.size(); ++i) {
      Asked asked = Ask(daemon, labels, questions[i]);
      background = asked.background;
      EXPECT_EQ(indexer::FindHitCut({ScoresOf(asked.pictures), asked.pictures.size()}, background).hits, asked.found) << questions[i];
      present.AddQuestion(asked.pictures);
      all.AddQuestion(asked.pictures);
      if (std::string_view(kind) != "one" || i % 2 == 1) continue;
      std::erase_if(asked.pictures, [](const Judged& picture) { return picture.hit; });
      all.AddQuestion(asked.pictures);
      absent.AddQuestion(std::move(asked.pictures));
    }
  }
  const auto rule = [&](std::span<const float> best, size_t pictures) { return indexer::FindHitCut({best, pictures}, background).hits; };
  std::printf("background: mean %.4f, deviation %.4f\n", background.mean, background.deviation);
  present.Print("samples, what is there", present.F1(rule));
  all.Print("samples, and what is not there", all.F1(rule));
  std::printf("  questions for what is not there that get no hit: %.0f %%\n", 100 * absent.F1(rule));
  EXPECT_GT(present.F1(rule), present.BestThreshold().f1);
  EXPECT_GT(present.F1(rule), present.BestCount().f1);
  EXPECT_GT(all.F1(rule), all.BestThreshold().f1);
  EXPECT_GT(all.F1(rule), all.BestCount().f1);
  EXPECT_GT(all.F1(rule), all.BestShareOfTheBest().f1);
}

}  // namespace
}  // namespace fovea::test
