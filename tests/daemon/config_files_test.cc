// The files of config/ load, and document every key with its unit, range and default.
// label: unit
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.h"
#include "daemon/settings_loader.h"
#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using testing::HasSubstr;
using test::IsOk;

class ConfigFiles : public testing::TestWithParam<const char*> {
 protected:
  static std::string Path(const std::string& name) { return StrCat(FOVEA_SOURCE_DIR, "/config/", name); }
  // The comment above a key's line, or "" when the key is not in the file.
  static std::string CommentOf(const std::string& file, std::string_view key) {
    std::ifstream in(file);
    std::string comment;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with(StrCat("  \"", key, "\":"))) return comment;
      comment = line.starts_with("  //") ? line : "";
    }
    return "";
  }
};

TEST_P(ConfigFiles, LoadAsSettings) {
  EXPECT_THAT(LoadSettings({.config_file = Path(GetParam()), .environment = {}, .command_line = {}}), IsOk());
}

TEST_P(ConfigFiles, DocumentEveryKeyWithUnitRangeAndDefault) {
  for (const SettingKey& key : SettingKeys()) {
    const std::string comment = CommentOf(Path(GetParam()), key.name);
    const std::string usual = SettingText(Settings(), key);
    EXPECT_THAT(comment, HasSubstr("efault")) << key.name;
    EXPECT_THAT(comment, HasSubstr(usual)) << key.name;
    EXPECT_THAT(comment, HasSubstr(std::string(key.unit == "megapixels" ? "Megapixels" : key.unit))) << key.name;
    if (!std::holds_alternative<Number>(key.field)) continue;
    EXPECT_THAT(comment, testing::ContainsRegex(StrCat(key.min, "( \\([a-z ]+\\))? to ", key.max))) << key.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConfigFiles, testing::Values("laptop.json", "server.json", "gpu-server.json"), [](const auto& file) {
  std::string name = std::filesystem::path(file.param).stem().string();
  std::erase(name, '-');
  return name;
});

TEST(LaptopConfig, HoldsTheDefaults) {
  const auto loaded = LoadSettings({.config_file = StrCat(FOVEA_SOURCE_DIR, "/config/laptop.json"), .environment = {}, .command_line = {}});
  const auto plain = LoadSettings({.config_file = "", .environment = {}, .command_line = {}});
  ASSERT_THAT(loaded, IsOk());
  ASSERT_THAT(plain, IsOk());
  for (const SettingKey& key : SettingKeys()) EXPECT_EQ(SettingText(loaded->settings, key), SettingText(plain->settings, key)) << key.name;
}

}  // namespace
}  // namespace fovea::daemon
