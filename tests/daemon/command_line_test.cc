// What argv becomes, and how mistakes are answered.
// label: unit
#include "daemon/command_line.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::variant<CommandLine, ExitCode> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "fovea");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

CommandLine MustParse(std::vector<const char*> arguments) {
  auto parsed = Parse(std::move(arguments));
  EXPECT_TRUE(std::holds_alternative<CommandLine>(parsed));
  return std::holds_alternative<CommandLine>(parsed) ? std::get<CommandLine>(std::move(parsed)) : CommandLine();
}

// The exit code, and what was said about the mistake.
std::pair<ExitCode, std::string> Refused(std::vector<const char*> arguments) {
  testing::internal::CaptureStderr();
  const auto parsed = Parse(std::move(arguments));
  const std::string said = testing::internal::GetCapturedStderr();
  return {std::holds_alternative<ExitCode>(parsed) ? std::get<ExitCode>(parsed) : ExitCode::kOk, said};
}

TEST(CommandLine, ServeTakesRootsAndSettings) {
  const CommandLine line = MustParse({"serve", "/a", "/b c", "--data", "/d", "--batch-size", "8", "--config", "/c.json", "--listen=127.0.0.1:0"});
  EXPECT_EQ(line.command, Command::kServe);
  EXPECT_THAT(line.roots, ElementsAre("/a", "/b c"));
  EXPECT_EQ(line.config_file, "/c.json");
  EXPECT_THAT(line.settings, testing::UnorderedElementsAre(Pair("data", SettingValue("/d")), Pair("batch_size", SettingValue("8")),
                                                           Pair("listen", SettingValue("127.0.0.1:0"))));
}

TEST(CommandLine, ModelsAreNamedAsTheyArePublished) {
  const CommandLine pull = MustParse({"model", "pull", "ViT-L/14@336px", "--openai-endpoint", "https://mirror.test"});
  EXPECT_EQ(pull.command, Command::kModelPull);
  EXPECT_EQ(pull.model, "ViT-L/14@336px");
  EXPECT_THAT(pull.settings, ElementsAre(Pair("openai_endpoint", SettingValue("https://mirror.test"))));
  EXPECT_EQ(MustParse({"model", "remove", "a/b@c"}).command, Command::kModelRemove);
  EXPECT_EQ(Refused({"model", "pull"}).first, ExitCode::kUsage);
  EXPECT_TRUE(MustParse({"serve", "--pull"}).pull);
  EXPECT_FALSE(MustParse({"serve"}).pull);
}

TEST(CommandLine, EmbedKeepsTheOrderOfItsInputs) {
  const CommandLine line = MustParse({"embed", "--text", "a", "b", "--image", "x.jpg", "--text", "[c,d]", "--raw"});
  ASSERT_EQ(line.inputs.size(), 4u);
  EXPECT_EQ(line.inputs[0].value, "a");
  EXPECT_EQ(line.inputs[1].value, "b");
  EXPECT_EQ(line.inputs[2].value, "x.jpg");
  EXPECT_EQ(line.inputs[2].kind, Input::Kind::kImageFile);
  EXPECT_EQ(line.inputs[3].value, "[c,d]");
  EXPECT_TRUE(line.raw);
  EXPECT_FALSE(line.parity);
}

TEST(CommandLine, EmbedTakesAnyText) {
  EXPECT_EQ(MustParse({"embed", "--text", ""}).inputs.at(0).value, "");
  EXPECT_EQ(MustParse({"embed", "--text=--raw"}).inputs.at(0).value, "--raw");
  EXPECT_EQ(MustParse({"embed", "--text", "a", "serve"}).inputs.at(1).value, "serve");
  EXPECT_EQ(MustParse({"embed", "--text", "\"quoted\" 'words'"}).inputs.at(0).value, "\"quoted\" 'words'");
}

TEST(CommandLine, SearchTakesExactlyOneQuestion) {
  EXPECT_EQ(MustParse({"search", "a dog", "-k", "3"}).inputs.at(0).value, "a dog");
  EXPECT_EQ(MustParse({"search", "--photo", "12"}).photo, 12u);
  EXPECT_TRUE(MustParse({"search", "a dog"}).only_hits);
  EXPECT_EQ(MustParse({"search", "a dog"}).k, 50u);
  EXPECT_FALSE(MustParse({"search", "a dog", "--all"}).only_hits);
  EXPECT_FALSE(MustParse({"search", "a dog", "-k", "50"}).only_hits);
  EXPECT_FALSE(MustParse({"search", "--photo", "12"}).only_hits);
  EXPECT_EQ(MustParse({"search", "--photo", "12"}).k, 10u);
  EXPECT_EQ(MustParse({"search", "a dog", "--folder", "2019"}).below, "2019");
  EXPECT_EQ(MustParse({"search", "a dog", "--filter", R"({"year": 2019})"}).filter, R"({"year": 2019})");
  EXPECT_EQ(MustParse({"search", "serve"}).inputs.at(0).value, "serve");
  EXPECT_EQ(Refused({"search"}).first, ExitCode::kUsage);
  EXPECT_EQ(Refused({"search", "a dog", "--photo", "12"}).first, ExitCode::kUsage);
  EXPECT_EQ(Refused({"search", "a dog", "-k", "0"}).first, ExitCode::kUsage);
  EXPECT_EQ(Refused({"search", "a dog", "-k", "1001"}).first, ExitCode::kUsage);
}

TEST(CommandLine, AMisspeltOptionIsAnsweredWithTheNearestOne) {
  const auto [code, said] = Refused({"serve", "--batchsize", "8"});
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_THAT(said, HasSubstr("--batchsize"));
  EXPECT_THAT(said, HasSubstr("--batch-size"));
}

TEST(CommandLine, AMisspeltCommandIsAnsweredWithTheNearestOne) {
  const auto [code, said] = Refused({"serach", "a dog"});
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_THAT(said, HasSubstr("\"search\""));
  EXPECT_EQ(Refused({"model"}).first, ExitCode::kUsage);
  EXPECT_EQ(Refused({}).first, ExitCode::kUsage);
}

TEST(CommandLine, HelpAndVersionAreAnsweredEverywhere) {
  const std::vector<std::vector<const char*>> asked = {{"--help"},          {"--version"},      {"serve", "--help"},         {"index", "--help"},
                                                       {"search", "--help"}, {"embed", "--help"}, {"status", "--help"},        {"model", "--help"},
                                                       {"model", "list", "--help"}, {"model", "inspect", "--help"},
                                                       {"model", "pull", "--help"}, {"model", "remove", "--help"}};
  for (const auto& arguments : asked) {
    testing::internal::CaptureStdout();
    const auto parsed = Parse(arguments);
    EXPECT_GT(testing::internal::GetCapturedStdout().size(), 5u);
    ASSERT_TRUE(std::holds_alternative<ExitCode>(parsed));
    EXPECT_EQ(std::get<ExitCode>(parsed), ExitCode::kOk);
  }
}

TEST(CommandLine, ServesHelpNamesEveryKeyOfTheDaemon) {
  testing::internal::CaptureStdout();
  const auto parsed = Parse({"serve", "--help"});
  const std::string help = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(std::holds_alternative<ExitCode>(parsed));
  for (const SettingKey& key : SettingKeys()) {
    if ((key.commands & kServe) == 0) continue;
    EXPECT_THAT(help, HasSubstr(CommandLineName(key)));
  }
}

}  // namespace
}  // namespace fovea::daemon
