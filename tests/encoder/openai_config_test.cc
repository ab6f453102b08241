// What the tensors of OpenAI's models say about their architecture, and what is refused.
// label: unit
#include "encoder/openai_config.h"

#include <gtest/gtest.h>

#include "encoder/expected_weights.h"
#include "encoder/safetensors.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/published_models.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::AllOf;
using testing::HasSubstr;

TEST(InferOpenAiConfig, GivesBackEveryNumberOfTheNine) {
  const TempDir folder;
  for (const PublishedModel& model : OpenAiModels()) {
    WriteHollowWeights(folder / "weights", model.config);
    const Result<TensorFile> file = OpenSafetensors(folder / "weights");
    ASSERT_THAT(file, IsOk());
    const Result<ClipConfig> config = InferOpenAiConfig(*file);
    ASSERT_THAT(config, IsOk()) << model.name;
    EXPECT_EQ(Numbers(*config), Numbers(model.config)) << model.name;
    EXPECT_EQ(config->layout, Layout::kOpenAi);
  }
}

// The published counts of parameters: what ExpectedWeights lists is all that these models have, and no more.
TEST(ExpectedWeights, AddUpToThePublishedCounts) {
  for (const PublishedModel& model : OpenAiModels()) {
    int64_t all = 1, visual = 0;  // logit_scale
    for (const ExpectedWeight& weight : ExpectedWeights(model.config)) {
      if (weight.key.find("running_") != std::string::npos) continue;
      const int64_t numbers = BytesOf(weight.shape, TensorType::kInt8).value();
      all += numbers;
      if (weight.key.starts_with("visual.")) visual += numbers;
    }
    EXPECT_EQ(all, model.parameters) << model.name;
    EXPECT_EQ(visual, model.visual_parameters) << model.name;
  }
}

ClipConfig Small(const ClipConfig& config) {
  ClipConfig small = config;
  small.layout = Layout::kOpenAi;
  return small;
}

// The table of a small model with one entry changed; an empty shape takes the entry away.
Result<ClipConfig> InferChanged(const ClipConfig& config, const std::string& key, const Shape& shape) {
  TensorTable tensors;
  for (const ExpectedWeight& weight : ExpectedWeights(config)) tensors[weight.key] = {.type = TensorType::kFloat32, .shape = weight.shape, .strides = {}};
  if (shape.empty()) {
    std::erase_if(tensors, [&](const auto& entry) { return entry.first.starts_with(key); });
  } else {
    tensors[key].shape = shape;
  }
  const TempDir folder;
  Result<TensorFile> file = TensorFile::Open(folder.Write("model.pt", ""));
  file->Describe(Container::kPickle, "", tensors);
  return InferOpenAiConfig(*file);
}

TEST(InferOpenAiConfig, NamesTheTensorThatIsMissingOrMakesNoSense) {
  struct Case {
    ClipConfig config;
    std::string key;
    Shape shape;
    const char* message;
  };
  const ClipConfig vit = Small(TinyVit()), resnet = Small(TinyResnet());
  const std::vector<Case> cases = {
      {vit, "visual.conv1.weight", {}, "missing \"visual.conv1.weight\""},
      {vit, "visual.positional_embedding", {}, "missing \"visual.positional_embedding\""},
      {vit, "text_projection", {}, "missing \"text_projection\""},
      {vit, "token_embedding.weight", {}, "missing \"token_embedding.weight\""},
      {vit, "ln_final.weight", {}, "missing \"ln_final.weight\""},
      {vit, "visual.transformer.resblocks.", {}, "\"visual.transformer.resblocks.N\": found 0 layers, expected 1 to 1024"},
      {vit, "transformer.resblocks.", {}, "found 0 layers"},
      {vit, "visual.positional_embedding", {18, 128}, "\"visual.positional_embedding\" has shape [18, 128], expected a square number of rows and one more"},
      {vit, "visual.positional_embedding", {1, 128}, "a square number"},
      {vit, "visual.positional_embedding", {INT64_MAX, 128}, "a square number"},
      {vit, "visual.conv1.weight", {128, 3}, "\"visual.conv1.weight\" has shape [128, 3], expected 4 dimensions"},
      {vit, "visual.conv1.weight", {128, 3, 0, 0}, "none empty"},
      {vit, "visual.conv1.weight", {100, 3, 16, 16}, "whole heads of 64"},
      {vit, "visual.conv1.weight", {int64_t{1} << 40, 3, 16, 16}, "at most 65536 channels"},
      {vit, "visual.conv1.weight", {128, 3, 5000, 5000}, "at most 4096 pixels"},
      {vit, "ln_final.weight", {96}, "whole heads of 64"},
      {vit, "positional_embedding", {1, 64}, "2 to 65536 rows"},
      {vit, "text_projection", {64, 1 << 20}, "columns"},
      {resnet, "visual.layer3.", {}, "\"visual.layer3.N\": found 0 layers"},
      {resnet, "visual.attnpool.positional_embedding", {6, 512}, "a square number"},
      {resnet, "visual.layer1.0.conv1.weight", {15, 16, 1, 1}, "an even width"}};
  for (const Case& c : cases) {
    EXPECT_THAT(InferChanged(c.config, c.key, c.shape), StatusIs(StatusCode::kCorrupt, AllOf(HasSubstr("model.pt: "), HasSubstr(c.message)))) << c.key;
  }
}

TEST(InferOpenAiConfig, DoesNotGuessTheHeadsOfLargerModels) {
  for (const PublishedModel& model : LargerModels()) {
    EXPECT_THAT(InferChanged(model.config, "none", {}), StatusIs(StatusCode::kUnsupported, HasSubstr("expected open_clip_config.json"))) << model.name;
  }
}

}  // namespace
}  // namespace fovea::test
