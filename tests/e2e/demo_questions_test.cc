// The three questions that scripts/demo asks get right first answers from fovea-tiny on the sample pictures.
// label: process
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "base/log.h"
#include "tests/support/daemon_process.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::string kSamples = StrCat(FOVEA_SOURCE_DIR, "/samples");

// The texts of the line `questions=("…" "…")`.
std::vector<std::string> Questions() {
  std::ifstream script(StrCat(FOVEA_SOURCE_DIR, "/scripts/demo"));
  std::vector<std::string> questions;
  for (std::string line; std::getline(script, line);) {
    if (!line.starts_with("questions=")) continue;
    const std::regex quoted("\"([^\"]+)\"");
    for (std::sregex_iterator at(line.begin(), line.end(), quoted), end; at != end; ++at) questions.push_back((*at)[1]);
  }
  return questions;
}

// Whether the question names one of the things that are drawn in the picture.
bool Shows(const json& labels, const std::string& path, const std::string& question) {
  const std::string name = fs::path(path).lexically_relative(fs::canonical(kSamples + "/pictures")).string();
  if (!labels["pictures"].contains(name)) return false;
  for (const json& thing : labels["pictures"][name]["things"]) {
    if (question.find(thing.get<std::string>()) != std::string::npos) return true;
  }
  return false;
}

TEST(DemoQuestions, HaveRightFirstAnswers) {
  const std::vector<std::string> questions = Questions();
  ASSERT_EQ(questions.size(), 3u);
  std::ifstream file(kSamples + "/labels.json");
  const json labels = json::parse(file);
  const TempDir folder;
  const Finished index = RunFovea({.arguments = {"index", "--data", folder / "data", kSamples + "/pictures"}});
  ASSERT_EQ(index.exit_code, 0) << index.errors;
  for (const std::string& question : questions) {
    const Finished search = RunFovea({.arguments = {"search", question, "-k", "1", "--json", "--data", folder / "data"}});
    ASSERT_EQ(search.exit_code, 0) << search.errors;
    const json answer = json::parse(search.output);
    ASSERT_EQ(answer["results"].size(), 1u);
    EXPECT_TRUE(Shows(labels, answer["results"][0]["path"], question)) << question << ": " << answer["results"][0];
  }
}

}  // namespace
}  // namespace fovea::test
