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

TEST_F(ModelFolder, FindsWhatWasPulledInEverySpellingOfItsName) {
  home_.Write("fovea/models/ViT-B-32/ViT-B-32.pt", "x");
  home_.Write("fovea/models/owner/model@refs--pr--1/config.json", "{}");
  home_.Write("fovea/models/.pull/owner--other/files/config.json", "{}");
  EXPECT_THAT(FindModel("ViT-B/32"), IsOkAndHolds(home_ / "fovea/models/ViT-B-32"));
  EXPECT_THAT(FindModel("owner/model@refs/pr/1"), IsOkAndHolds(home_ / "fovea/models/owner/model@refs--pr--1"));
  std::vector<std::string> names;
  for (const FoundModel& model : ListModels()) names.push_back(model.name);
  EXPECT_THAT(names, AllOf(testing::Contains("ViT-B-32"), testing::Contains("owner/model@refs--pr--1"), testing::Not(testing::Contains(HasSubstr("pull")))));
}

TEST_F(ModelFolder, WhatCanBeFetchedIsToldWithTheCommandThatDoesSo) {
  EXPECT_THAT(FindModel("ViT-L/14@336px"), StatusIs(StatusCode::kNotFound, HasSubstr("`fovea model pull ViT-L/14@336px` gets it")));
  EXPECT_THAT(FindModel("owner/model"), StatusIs(StatusCode::kNotFound, HasSubstr("`fovea model pull owner/model` gets it")));
  EXPECT_THAT(FindModel("ViT-B-23"), StatusIs(StatusCode::kNotFound, HasSubstr("did you mean \"ViT-B-32\"?")));
  EXPECT_THAT(FindModel("nobody"), StatusIs(StatusCode::kNotFound, HasSubstr("fovea model list")));
  EXPECT_THAT(FindModel("./owner/model"), StatusIs(StatusCode::kNotFound, HasSubstr("is not there"))) << "a path is a path";
}

TEST_F(ModelFolder, AnUnknownNameTellsEveryPlaceThatWasSearched) {
  const auto found = FindModel("nobody");
  ASSERT_THAT(found, StatusIs(StatusCode::kNotFound));
  for (const std::string& place : ModelPlaces()) EXPECT_THAT(found.error().message(), HasSubstr(place));
}

}  // namespace
}  // namespace fovea::daemon
