// Which files of a repository make a model.
// label: unit
#include "daemon/pull/model_files.h"

#include <gmock/gmock.h>

#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using test::IsOk;
using test::StatusIs;

const std::set<std::string> kHuggingFace = {"config.json", "preprocessor_config.json", "vocab.json", "merges.txt", "tokenizer.json", "README.md"};

std::set<std::string> With(std::set<std::string> names, std::initializer_list<const char*> more) {
  for (const char* name : more) names.insert(name);
  return names;
}

TEST(ModelFiles, TakeSafetensorsBeforePickles) {
  const auto files = ChooseModelFiles(With(kHuggingFace, {"model.safetensors", "pytorch_model.bin", "tf_model.h5", "flax_model.msgpack"}));
  ASSERT_THAT(files, IsOk());
  EXPECT_THAT(files->weights, ElementsAre("model.safetensors"));
  EXPECT_THAT(files->small, ElementsAre("config.json", "preprocessor_config.json", "vocab.json", "merges.txt"));
  EXPECT_THAT(ChooseModelFiles(With(kHuggingFace, {"pytorch_model.bin"}))->weights, ElementsAre("pytorch_model.bin"));
}

TEST(ModelFiles, TakeAllShardsOrNone) {
  const char* index = "model.safetensors.index.json";
  const auto whole = ChooseModelFiles(With(kHuggingFace, {index, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}));
  ASSERT_THAT(whole, IsOk());
  EXPECT_THAT(whole->weights, ElementsAre(index, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  EXPECT_THAT(ChooseModelFiles(With(kHuggingFace, {index, "model-00001-of-00002.safetensors"})), StatusIs(StatusCode::kUnsupported));
}

TEST(ModelFiles, TakeOpenClipsOwnWeightsWhereBothLayoutsAreThere) {
  const auto both = ChooseModelFiles(With(kHuggingFace, {"open_clip_config.json", "open_clip_model.safetensors", "open_clip_pytorch_model.bin", "model.safetensors"}));
  ASSERT_THAT(both, IsOk());
  EXPECT_THAT(both->small, ElementsAre("open_clip_config.json", "vocab.json", "merges.txt"));
  EXPECT_THAT(both->weights, ElementsAre("open_clip_model.safetensors"));
  const auto safe = ChooseModelFiles(With(kHuggingFace, {"open_clip_config.json", "open_clip_pytorch_model.bin", "model.safetensors"}));
  EXPECT_THAT(safe->weights, ElementsAre("model.safetensors")) << "of transformers, rather than a pickle";
}

TEST(ModelFiles, OpenClipMayLeaveItsVocabularyOutTransformersMayNot) {
  const auto bare = ChooseModelFiles({"open_clip_config.json", "open_clip_pytorch_model.bin", "README.md"});
  ASSERT_THAT(bare, IsOk());
  EXPECT_THAT(bare->small, ElementsAre("open_clip_config.json"));
  EXPECT_THAT(ChooseModelFiles({"config.json", "preprocessor_config.json", "model.safetensors"}), StatusIs(StatusCode::kUnsupported, HasSubstr("vocab.json")));
}

TEST(ModelFiles, SayWhatIsMissing) {
  EXPECT_THAT(ChooseModelFiles({"README.md", "config.json"}), StatusIs(StatusCode::kUnsupported, HasSubstr("model.safetensors")));
  EXPECT_THAT(ChooseModelFiles({}), StatusIs(StatusCode::kUnsupported));
}

}  // namespace
}  // namespace fovea::daemon
