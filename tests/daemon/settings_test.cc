// The table of keys: names, ranges, choices.
// label: unit
#include "daemon/settings.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using test::IsOk;
using test::StatusIs;

const SettingKey& Key(std::string_view name) { return *FindSettingKey(name); }

TEST(Settings, EveryKeyIsNamedOnceAndHasHelpAndCommands) {
  std::set<std::string_view> seen;
  for (const SettingKey& key : SettingKeys()) {
    EXPECT_TRUE(seen.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.help.empty()) << key.name;
    EXPECT_NE(key.commands, 0u) << key.name;
  }
}

TEST(Settings, EveryDefaultIsAValueThatItsKeyAccepts) {
  for (const SettingKey& key : SettingKeys()) {
    Settings settings;
    EXPECT_THAT(ApplySetting(settings, key, SettingText(Settings(), key), "test"), IsOk()) << key.name;
    EXPECT_EQ(SettingText(settings, key), SettingText(Settings(), key)) << key.name;
  }
}

TEST(Settings, NumbersHaveBothEndsOfTheirRange) {
  for (const SettingKey& key : SettingKeys()) {
    if (!std::holds_alternative<Number>(key.field)) continue;
    Settings settings;
    EXPECT_THAT(ApplySetting(settings, key, key.min, "test"), IsOk()) << key.name;
    EXPECT_THAT(ApplySetting(settings, key, key.max, "test"), IsOk()) << key.name;
    EXPECT_THAT(ApplySetting(settings, key, key.min - 1, "test"), StatusIs(StatusCode::kInvalidArgument)) << key.name;
    EXPECT_THAT(ApplySetting(settings, key, key.max + 1, "test"), StatusIs(StatusCode::kInvalidArgument)) << key.name;
    EXPECT_FALSE(key.unit.empty()) << key.name;
  }
}

TEST(Settings, AValueOutOfRangeNamesKeySourceAndRange) {
  Settings settings;
  EXPECT_THAT(ApplySetting(settings, Key("batch_size"), int64_t{0}, "FOVEA_BATCH_SIZE"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("batch_size"), HasSubstr("FOVEA_BATCH_SIZE"), HasSubstr("1 to 1024"), HasSubstr("pictures"))));
  EXPECT_EQ(settings.batch_size, Settings().batch_size) << "a refused value changes nothing";
}

TEST(Settings, AnUnknownChoiceNamesTheKnownOnes) {
  Settings settings;
  for (const char* wrong : {"gpu", "", "auto|cpu", "aut"}) {
    EXPECT_THAT(ApplySetting(settings, Key("device"), std::string(wrong), "test"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("auto|cpu|cuda|cuda:N")));
  }
  EXPECT_THAT(ApplySetting(settings, Key("device"), std::string("cpu"), "test"), IsOk());
}

TEST(Settings, ACudaDeviceMayBeNumbered) {
  Settings settings;
  const SettingKey& device = *FindSettingKey("device");
  for (const char* good : {"auto", "cpu", "cuda", "cuda:0", "cuda:12"}) {
    EXPECT_THAT(ApplySetting(settings, device, std::string(good), "test"), IsOk()) << good;
    EXPECT_EQ(settings.device, good);
  }
  for (const char* bad : {"", "cuda:", "cuda:N", "cuda:x", "cuda:-1", "cuda:1234", "cpu:1", "auto|cpu", "cuda:1 "}) {
    EXPECT_THAT(ApplySetting(settings, device, std::string(bad), "test"), StatusIs(StatusCode::kInvalidArgument)) << bad;
  }
}

TEST(Settings, RefusesValuesOfTheWrongKind) {
  Settings settings;
  for (const char* wrong : {"", "many", "12x", "1.5", " 3", "99999999999999999999"}) {
    EXPECT_THAT(ApplySetting(settings, Key("batch_size"), std::string(wrong), "test"), StatusIs(StatusCode::kInvalidArgument)) << wrong;
  }
  EXPECT_THAT(ApplySetting(settings, Key("batch_size"), std::vector<std::string>{"3"}, "test"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ApplySetting(settings, Key("model"), int64_t{3}, "test"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ApplySetting(settings, Key("roots"), int64_t{3}, "test"), StatusIs(StatusCode::kInvalidArgument));
}

TEST(Settings, ATextForAListIsSplitAtCommas) {
  Settings settings;
  EXPECT_THAT(ApplySetting(settings, Key("roots"), std::string("/a,/b c,,/d"), "test"), IsOk());
  EXPECT_THAT(settings.roots, ElementsAre("/a", "/b c", "/d"));
  EXPECT_THAT(ApplySetting(settings, Key("roots"), std::vector<std::string>{"/with, comma"}, "test"), IsOk());
  EXPECT_THAT(settings.roots, ElementsAre("/with, comma"));
}

TEST(Settings, NamesForEnvironmentAndCommandLineFollowTheKey) {
  EXPECT_EQ(EnvironmentName(Key("batch_size")), "FOVEA_BATCH_SIZE");
  EXPECT_EQ(CommandLineName(Key("batch_size")), "--batch-size");
  EXPECT_EQ(FindSettingKey("batchsize"), nullptr);
}

}  // namespace
}  // namespace fovea::daemon
