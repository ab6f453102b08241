// How a model is found by folder and by name.
// label: unit
#include "daemon/model_folder.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using test::IsOkAndHolds;
using test::StatusIs;

class ModelFolder : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::setenv("XDG_DATA_HOME", home_.path().c_str(), 1), 0); }
  void TearDown() override { ::unsetenv("XDG_DATA_HOME"); }

  const test::TempDir home_;
};

TEST_F(ModelFolder, TakesAFolderOfEitherLayout) {
  home_.Write("one/config.json", "{}");
  home_.Write("two/open_clip_config.json", "{}");
  EXPECT_THAT(FindModel(home_ / "one"), IsOkAndHolds(home_ / "one"));
  EXPECT_THAT(FindModel(home_ / "two"), IsOkAndHolds(home_ / "two"));
}

TEST_F(ModelFolder, SaysWhatAFolderLacks) {
  std::filesystem::create_directory(home_ / "empty");
  EXPECT_THAT(FindModel(home_ / "empty"), StatusIs(StatusCode::kNotFound, AllOf(HasSubstr("config.json"), HasSubstr("open_clip_config.json"))));
  EXPECT_THAT(FindModel(home_ / "absent"), StatusIs(StatusCode::kNotFound, HasSubstr("absent")));
}

TEST_F(ModelFolder, FindsANameAmongTheUsersModels) {
  home_.Write("fovea/models/mine/config.json", "{}");
  EXPECT_THAT(FindModel("mine"), IsOkAndHolds(home_ / "fovea/models/mine"));
  const std::vector<FoundModel> models = ListModels();
  EXPECT_THAT(models, testing::Contains(testing::Field(&FoundModel::name, "mine")));
}

TEST_F(ModelFolder, AnUnknownNameTellsEveryPlaceThatWasSearched) {
  const auto found = FindModel("nobody");
  ASSERT_THAT(found, StatusIs(StatusCode::kNotFound));
  for (const std::string& place : ModelPlaces()) EXPECT_THAT(found.error().message(), HasSubstr(place));
}

}  // namespace
}  // namespace fovea::daemon
