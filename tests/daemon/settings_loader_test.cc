// Default, file, environment, command line: who wins, and what a mistake looks like.
// label: unit
#include "daemon/settings_loader.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using test::IsOk;
using test::StatusIs;

TEST(SettingsLoader, GivesDefaultsWhenNothingIsSaid) {
  const auto loaded = LoadSettings({.config_file = "", .environment = {{"HOME", "/nowhere"}}, .command_line = {}});
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->settings.batch_size, Settings().batch_size);
  EXPECT_EQ(loaded->settings.data, "/nowhere/.local/share/fovea");
  EXPECT_TRUE(loaded->origin.empty());
}

TEST(SettingsLoader, LaterSourcesWin) {
  const test::TempDir folder;
  const std::string file = folder.Write("fovea.json", R"({
    // a comment
    "batch_size": 8, "settle_ms": 8, "reconcile_s": 8, "roots": ["/a", "/b"]
  })");
  const auto loaded = LoadSettings({.config_file = file,
                                    .environment = {{"FOVEA_SETTLE_MS", "16"}, {"FOVEA_RECONCILE_S", "16"}},
                                    .command_line = {{"reconcile_s", std::string("32")}}});
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->settings.batch_size, 8);
  EXPECT_EQ(loaded->settings.settle_ms, 16);
  EXPECT_EQ(loaded->settings.reconcile_s, 32);
  EXPECT_THAT(loaded->settings.roots, ElementsAre("/a", "/b"));
  EXPECT_THAT(DescribeSettings(*loaded),
              AllOf(HasSubstr("batch_size=8 (file)"), HasSubstr("settle_ms=16 (environment)"), HasSubstr("reconcile_s=32 (command line)")));
}

TEST(SettingsLoader, ReadsTheUsersFileIfItIsThere) {
  const test::TempDir home;
  home.Write("config/fovea/fovea.json", R"({"batch_size": 5})");
  const auto loaded = LoadSettings({.config_file = "", .environment = {{"XDG_CONFIG_HOME", home / "config"}, {"XDG_DATA_HOME", "/d"}}, .command_line = {}});
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->settings.batch_size, 5);
  EXPECT_EQ(loaded->settings.data, "/d/fovea");
}

TEST(SettingsLoader, AFileThatWasAskedForMustBeThere) {
  EXPECT_THAT(LoadSettings({.config_file = "/no/such/fovea.json", .environment = {}, .command_line = {}}),
              StatusIs(StatusCode::kNotFound, HasSubstr("/no/such/fovea.json")));
  EXPECT_THAT(LoadSettings({.config_file = "", .environment = {{"FOVEA_CONFIG", "/no/such/file"}}, .command_line = {}}),
              StatusIs(StatusCode::kNotFound));
}

TEST(SettingsLoader, AnUnknownKeyNamesTheNearestKnownOne) {
  const test::TempDir folder;
  const std::string file = folder.Write("fovea.json", R"({"batchsize": 8})");
  EXPECT_THAT(LoadSettings({.config_file = file, .environment = {}, .command_line = {}}),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("\"batchsize\""), HasSubstr(file), HasSubstr("\"batch_size\""))));
  EXPECT_THAT(LoadSettings({.config_file = "", .environment = {{"FOVEA_LISTN", "x"}}, .command_line = {}}),
              StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("FOVEA_LISTN"), HasSubstr("FOVEA_LISTEN"))));
}

TEST(SettingsLoader, VariablesOfBuildAndTestsAreNoSettings) {
  EXPECT_THAT(LoadSettings({.config_file = "", .environment = {{"FOVEA_DEPS", "x"}, {"FOVEA_TORCH", "x"}, {"FOVEA_TEST_LONG", "1"}}, .command_line = {}}),
              IsOk());
}

TEST(SettingsLoader, RefusesFilesThatAreNoObjectOfSettings) {
  const test::TempDir folder;
  for (const char* content : {"", "[]", "{\"batch_size\": 8", "{\"batch_size\": 1.5}", "{\"batch_size\": null}", "{\"roots\": [1]}", "\xff\xfe"}) {
    const std::string file = folder.Write("fovea.json", content);
    const auto loaded = LoadSettings({.config_file = file, .environment = {}, .command_line = {}});
    ASSERT_FALSE(loaded) << content;
    EXPECT_THAT(loaded.error().message(), HasSubstr(file)) << content;
  }
}

}  // namespace
}  // namespace fovea::daemon
