// The configurations that open_clip brings with it, as scripts/deps --tests installs them: each is read right, or refused.
// label: unit
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "encoder/open_clip_config.h"
#include "tests/support/clip_vocabulary.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/published_models.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class OpenClipModels : public testing::Test {
 protected:
  void SetUp() override {
    if (ClipVocabularyFolder().empty()) GTEST_SKIP() << "open_clip is not here: scripts/deps --tests installs it";
  }

  static std::string Folder() { return ClipVocabularyFolder() + "/model_configs"; }

  static Result<ClipConfig> Read(const std::string& name, const json& preprocess = json::object()) {
    std::ifstream file(Folder() + "/" + name + ".json");
    const TempDir folder;
    WriteFiles(folder.path(), {{"open_clip_config.json", {{"model_cfg", json::parse(file)}, {"preprocess_cfg", preprocess}}}});
    return ReadOpenClipConfig(folder.path());
  }
};

ClipConfig WithActivation(ClipConfig config, Activation activation) {
  config.text.transformer.activation = activation;
  if (auto* vision = std::get_if<VisionTransformerConfig>(&config.vision)) vision->transformer.activation = activation;
  return config;
}

TEST_F(OpenClipModels, HaveTheNumbersThatWerePublished) {
  std::vector<PublishedModel> models = OpenAiModels();
  for (const PublishedModel& model : LargerModels()) models.push_back(model);
  for (const PublishedModel& model : models) {
    const Result<ClipConfig> plain = Read(model.name);
    ASSERT_THAT(plain, IsOk()) << model.name;
    EXPECT_EQ(Numbers(*plain), Numbers(WithActivation(model.config, Activation::kGelu))) << model.name;
    if (!std::filesystem::exists(Folder() + "/" + model.name + "-quickgelu.json")) continue;
    const Result<ClipConfig> quick = Read(model.name + "-quickgelu");
    ASSERT_THAT(quick, IsOk()) << model.name;
    EXPECT_EQ(Numbers(*quick), Numbers(WithActivation(model.config, Activation::kQuickGelu))) << model.name;
  }
}

TEST_F(OpenClipModels, ReadTheWaysOfPreparingAPicture) {
  const Result<ClipConfig> dfn = Read("ViT-H-14-378-quickgelu", {{"resize_mode", "squash"}, {"interpolation", "bicubic"}});
  ASSERT_THAT(dfn, IsOk());
  EXPECT_EQ(dfn->preprocess.resize_mode, ResizeMode::kSquash);
  EXPECT_EQ(dfn->preprocess.image_size, 378);
  const json clipa = {{"resize_mode", "squash"}, {"interpolation", "bilinear"}, {"mean", {0.485, 0.456, 0.406}}, {"std", {0.229, 0.224, 0.225}}};
  const Result<ClipConfig> imagenet = Read("ViT-L-14", clipa);
  ASSERT_THAT(imagenet, IsOk());
  EXPECT_EQ(imagenet->preprocess.interpolation, Interpolation::kBilinear);
  EXPECT_FLOAT_EQ(imagenet->preprocess.mean[1], 0.456f);
  const Result<ClipConfig> half = Read("ViT-L-14", {{"mean", {0.5, 0.5, 0.5}}, {"std", {0.5, 0.5, 0.5}}});
  ASSERT_THAT(half, IsOk());
  EXPECT_FLOAT_EQ(half->preprocess.std[2], 0.5f);
  EXPECT_EQ(half->preprocess.resize_mode, ResizeMode::kShortest);
  const Result<ClipConfig> scaled = Read("ViT-M-16-alt");
  ASSERT_THAT(scaled, IsOk());
  EXPECT_TRUE(std::get<VisionTransformerConfig>(scaled->vision).transformer.layer_scale);
}

// The rest: towers of timm, text towers of transformers, SigLIP, CoCa, other vocabularies. One line names the field.
TEST_F(OpenClipModels, AreReadOrRefusedByTheFieldThatTellsThemApart) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"ViT-B-16-SigLIP", "init_logit_bias"}, {"roberta-ViT-B-32", "text_cfg.hf_model_name"}, {"xlm-roberta-base-ViT-B-32", "text_cfg.hf_model_name"},
      {"coca_ViT-B-32", "multimodal_cfg"}, {"convnext_base", "vision_cfg.timm_model_name"}, {"EVA02-B-16", "vision_cfg.timm_model_name"},
      {"MobileCLIP-B", "vision_cfg.timm_model_name"}, {"ViT-L-14-CLIPA", "vision_cfg."}, {"ViT-H-14-worldwide", "text_cfg.hf_tokenizer_name"},
      {"nllb-clip-base", "text_cfg.hf_model_name"}, {"swin_base_patch4_window7_224", "vision_cfg.timm_model_name"}};
  for (const auto& [name, field] : fields) {
    EXPECT_THAT(Read(name), StatusIs(StatusCode::kUnsupported, AllOf(HasSubstr("open_clip_config.json: \"model_cfg." + field), HasSubstr("expected ")))) << name;
  }
  std::set<std::string> read;
  for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
    const std::string name = entry.path().stem().string();
    const Result<ClipConfig> config = Read(name);
    if (config) {
      read.insert(name);
      continue;
    }
    EXPECT_EQ(config.error().code(), StatusCode::kUnsupported) << name;
    EXPECT_THAT(config.error().message(), AllOf(HasSubstr("\"model_cfg."), HasSubstr("found "), testing::Not(HasSubstr("\n")))) << name;
  }
  for (const std::string& name : read) EXPECT_TRUE(name.starts_with("RN") || name.starts_with("ViT-")) << name;
  EXPECT_GE(read.size(), 40u) << "of about 140";
}

}  // namespace
}  // namespace fovea::test
