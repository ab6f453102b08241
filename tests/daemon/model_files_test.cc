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

TEST(ModelFiles, TakeShardsOfAPickleWhereThereIsNothingElse) {
  const char* index = "pytorch_model.bin.index.json";
  const auto names = With(kHuggingFace, {index, "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"});
  ASSERT_THAT(ChooseModelFiles(names), IsOk());
  EXPECT_THAT(ChooseModelFiles(names)->weights, ElementsAre(index, "pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"));
  EXPECT_THAT(ChooseModelFiles(With(names, {"model.safetensors"}))->weights, ElementsAre("model.safetensors"));
  EXPECT_THAT(ChooseModelFiles(With(names, {"open_clip_config.json", "open_clip_pytorch_model.bin"}))->weights, ElementsAre("open_clip_pytorch_model.bin"));
  EXPECT_THAT(ChooseModelFiles(With(kHuggingFace, {index, "pytorch_model-00001-of-00002.bin"})), StatusIs(StatusCode::kUnsupported));
}

TEST(ModelFiles, TakeALoneFileWhateverItsName) {
  EXPECT_THAT(ChooseModelFiles({"open_clip_config.json", "open_clip_pytorch_model.pth"})->weights, ElementsAre("open_clip_pytorch_model.pth"));
  EXPECT_THAT(ChooseModelFiles({"open_clip_config.json", "epoch_32.pt"})->weights, ElementsAre("epoch_32.pt"));
  const auto bare = ChooseModelFiles({"README.md", "ViT-B-32.pt"});
  ASSERT_THAT(bare, IsOk());
  EXPECT_THAT(bare->small, testing::IsEmpty());
  EXPECT_THAT(bare->weights, ElementsAre("ViT-B-32.pt"));
  EXPECT_THAT(ChooseModelFiles({"ViT-B-32.pt", "RN50.pt"}), StatusIs(StatusCode::kUnsupported, HasSubstr("of the 2 files such as RN50.pt")));
  EXPECT_THAT(ChooseModelFiles(With(kHuggingFace, {"training_args.bin"})), StatusIs(StatusCode::kUnsupported)) << "transformers has names";
}

TEST(ModelFiles, TakeWhatMayBeOneTowerOfTransformers) {
  const auto image = ChooseModelFiles({"config.json", "preprocessor_config.json", "model.safetensors"});
  ASSERT_THAT(image, IsOk());
  EXPECT_TRUE(image->one_tower_at_most);
  const auto text = ChooseModelFiles({"config.json", "tokenizer.json", "model.safetensors"});
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(text->small, ElementsAre("config.json", "tokenizer.json"));
  EXPECT_FALSE(ChooseModelFiles(With(kHuggingFace, {"model.safetensors"}))->one_tower_at_most);
  EXPECT_THAT(ChooseModelFiles({"config.json", "model.safetensors"}), StatusIs(StatusCode::kUnsupported));
}

TEST(ModelFiles, TakeOpenClipsOwnWeightsWhereBothLayoutsAreThere) {
  const auto both = ChooseModelFiles(With(kHuggingFace, {"open_clip_config.json", "open_clip_model.safetensors", "open_clip_pytorch_model.bin", "model.safetensors"}));
  ASSERT_THAT(both, IsOk());
  EXPECT_THAT(both->small, ElementsAre("open_clip_config.json", "vocab.json", "merges.txt"));
  EXPECT_THAT(both->weights, ElementsAre("open_clip_model.safetensors"));
  const auto safe = ChooseModelFiles(With(kHuggingFace, {"open_clip_config.json", "open_clip_pytorch_model.bin", "model.safetensors"}));
  EXPECT_THAT(safe->weights, ElementsAre("model.safetensors")) << "of transformers, rather than a pickle";
}

TEST(ModelFiles, OpenClipMayLeaveItsVocabularyOut) {
  const auto bare = ChooseModelFiles({"open_clip_config.json", "open_clip_pytorch_model.bin", "README.md"});
  ASSERT_THAT(bare, IsOk());
  EXPECT_THAT(bare->small, ElementsAre("open_clip_config.json"));
}

TEST(ModelFiles, SayWhatIsMissing) {
  EXPECT_THAT(ChooseModelFiles({"README.md", "config.json"}), StatusIs(StatusCode::kUnsupported, HasSubstr("model.safetensors")));
  EXPECT_THAT(ChooseModelFiles({}), StatusIs(StatusCode::kUnsupported));
}

}  // namespace
}  // namespace fovea::daemon
