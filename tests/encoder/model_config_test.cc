// What the configuration files of the two layouts mean, and which of their fields are refused.
// label: unit
#include <gtest/gtest.h>

#include "encoder/huggingface_config.h"
#include "encoder/open_clip_config.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

Result<ClipConfig> ReadHuggingFace(const json& config, const json& preprocessor = json::object()) {
  const TempDir folder;
  WriteFiles(folder.path(), {{"config.json", config}, {"preprocessor_config.json", preprocessor}});
  return ReadHuggingFaceConfig(folder.path());
}

Result<ClipConfig> ReadOpenClip(const json& model, const json& preprocess = json::object()) {
  const TempDir folder;
  WriteFiles(folder.path(), {{"open_clip_config.json", {{"model_cfg", model}, {"preprocess_cfg", preprocess}}}});
  return ReadOpenClipConfig(folder.path());
}

TEST(ReadHuggingFaceConfig, TakesThePublishedDefaultsForWhatIsMissing) {
  const Result<ClipConfig> config = ReadHuggingFace({{"model_type", "clip"}});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->Architecture(), "ViT 12 x 768, patch 32, 224 px; text 12 x 512");
  EXPECT_EQ(config->embed_dim, 512);
  const auto& vision = std::get<VisionTransformerConfig>(config->vision);
  EXPECT_EQ(vision.transformer.heads, 12);
  EXPECT_EQ(vision.transformer.mlp_width, 3072);
  EXPECT_EQ(vision.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(config->text.vocab_size, 49408);
  EXPECT_EQ(config->text.end_id, 49407);
  EXPECT_EQ(config->preprocess.crop_rounding, CropRounding::kFloor);
  EXPECT_EQ(config->preprocess.interpolation, Interpolation::kBicubic);
  EXPECT_FLOAT_EQ(config->preprocess.mean[0], 0.48145466f);
}

TEST(ReadHuggingFaceConfig, LetsADictTwinStandInForItsSection) {
  const Result<ClipConfig> config = ReadHuggingFace({{"text_config", {{"hidden_size", 640}, {"num_attention_heads", 10}, {"hidden_act", "gelu"}}},
                                                     {"text_config_dict", {{"hidden_size", 320}}},
                                                     {"vision_config", {{"hidden_act", "gelu"}}},
                                                     {"vision_config_dict", nullptr}});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->text.transformer.width, 320);
  EXPECT_EQ(config->text.transformer.heads, 8) << "the default, not the other section's 10";
  EXPECT_EQ(config->text.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(std::get<VisionTransformerConfig>(config->vision).transformer.activation, Activation::kGelu);
}

TEST(ReadHuggingFaceConfig, ReadsTheOldEndIdAsTheLargestOfTheRow) {
  EXPECT_EQ(ReadHuggingFace({{"text_config", {{"eos_token_id", 2}}}})->text.end_id, -1);
}

TEST(ReadHuggingFaceConfig, ReadsEveryFormOfThePreprocessor) {
  const json config = {{"vision_config", {{"image_size", 32}, {"patch_size", 8}}}};
  const Result<ClipConfig> old = ReadHuggingFace(config, {{"size", 40}, {"crop_size", 32}, {"resample", 2}, {"image_mean", {0.5, 0.5, 0.5}}});
  ASSERT_THAT(old, IsOk());
  EXPECT_EQ(old->preprocess.resize_to, 40);
  EXPECT_EQ(old->preprocess.image_size, 32);
  EXPECT_EQ(old->preprocess.resize_mode, ResizeMode::kShortest);
  EXPECT_EQ(old->preprocess.interpolation, Interpolation::kBilinear);
  EXPECT_FLOAT_EQ(old->preprocess.mean[2], 0.5f);
  const Result<ClipConfig> squash = ReadHuggingFace(config, {{"size", {{"height", 32}, {"width", 32}}}, {"do_center_crop", false}, {"do_normalize", false}});
  ASSERT_THAT(squash, IsOk());
  EXPECT_EQ(squash->preprocess.resize_mode, ResizeMode::kSquash);
  EXPECT_FLOAT_EQ(squash->preprocess.std[1], 1.0f);
  const TempDir newer;
  WriteFiles(newer.path(), {{"config.json", config}, {"processor_config.json", {{"image_processor", {{"size", {{"shortest_edge", 32}}}, {"crop_size", {{"height", 32}, {"width", 32}}}}}}}});
  EXPECT_THAT(ReadHuggingFaceConfig(newer.path()), IsOk());
}

TEST(ReadHuggingFaceConfig, RefusesByFileAndKey) {
  struct Case {
    json config, preprocessor;
    const char* key;
    const char* rest;
  };
  const std::vector<Case> cases = {
      {{{"model_type", "siglip"}}, json::object(), "model_type", "found \"siglip\", expected clip, clip_vision_model or clip_text_model"},
      {{{"model_type", "clip_text_model"}}, json::object(), "architectures", "expected [\"CLIPTextModel\"] or [\"CLIPTextModelWithProjection\"]"},
      {{{"model_type", "clip_vision_model"}, {"architectures", {"CLIPModel"}}}, json::object(), "architectures", "found [\"CLIPModel\"], expected [\"CLIPVisionModel\"]"},
      {{{"model_type", "clip_text_model"}, {"architectures", {"CLIPTextModel"}}, {"num_attention_heads", 7}}, json::object(), "num_attention_heads", "a divisor of hidden_size"},
      {{{"vision_config", {{"hidden_act", "swish"}}}}, json::object(), "vision_config.hidden_act", "expected quick_gelu"},
      {{{"vision_config", {{"num_channels", 1}}}}, json::object(), "vision_config.num_channels", "expected 3"},
      {{{"text_config", {{"num_attention_heads", 7}}}}, json::object(), "text_config.num_attention_heads", "a divisor of hidden_size"},
      {{{"text_config", {{"hidden_size", "512"}}}}, json::object(), "text_config.hidden_size", "expected an integer"},
      {{{"text_config", {{"num_hidden_layers", 1000000}}}}, json::object(), "text_config.num_hidden_layers", "from 1 to 1024"},
      {{{"text_config", {{"num_hidden_layers", 1.5}}}}, json::object(), "text_config.num_hidden_layers", "found 1.5"},
      {{{"text_config", 4}}, json::object(), "text_config", "an object"},
      {{{"vision_config", {{"layer_norm_eps", 0}}}}, json::object(), "vision_config.layer_norm_eps", "above 0"},
      {json::object(), {{"do_resize", false}}, "do_resize", "true"},
      {json::object(), {{"resample", 1}}, "resample", "3 (bicubic)"},
      {json::object(), {{"crop_size", 200}}, "crop_size", "image_size 224"},
      {json::object(), {{"size", 100}}, "size", "at least"},
      {json::object(), {{"size", {{"height", 224}, {"width", 200}}}}, "size", "equal height"},
      {json::object(), {{"do_rescale", false}}, "do_rescale", "true"},
      {json::object(), {{"rescale_factor", 0.5}}, "rescale_factor", "1/255"},
      {json::object(), {{"image_mean", {0.5, 0.5}}}, "image_mean", "three numbers"},
      {json::object(), {{"image_std", {0.5, 0.5, 0.0}}}, "image_std", "above 0"}};
  for (const Case& c : cases) {
    const Result<ClipConfig> config = ReadHuggingFace(c.config, c.preprocessor);
    ASSERT_FALSE(config.has_value()) << c.key;
    const char* file = c.preprocessor.empty() ? "/config.json: \"" : "/preprocessor_config.json: \"";
    EXPECT_THAT(config.error().message(), AllOf(HasSubstr(file + std::string(c.key) + "\": "), HasSubstr(c.rest)));
  }
}

TEST(ReadHuggingFaceConfig, NamesTheMissingFile) {
  const TempDir folder;
  EXPECT_THAT(ReadHuggingFaceConfig(folder.path()), StatusIs(StatusCode::kNotFound, HasSubstr("config.json")));
  WriteFiles(folder.path(), {{"config.json", json::object()}});
  EXPECT_THAT(ReadHuggingFaceConfig(folder.path()), StatusIs(StatusCode::kNotFound, HasSubstr("preprocessor_config.json")));
}

TEST(ReadOpenClipConfig, ReadsAResnetAndDerivesItsHeads) {
  const Result<ClipConfig> config = ReadOpenClip({{"embed_dim", 1024}, {"quick_gelu", true},
                                                  {"vision_cfg", {{"image_size", 224}, {"layers", {3, 4, 6, 3}}, {"width", 64}, {"patch_size", nullptr}}},
                                                  {"text_cfg", {{"context_length", 77}, {"vocab_size", 49408}, {"width", 512}, {"heads", 8}, {"layers", 12}}}});
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->Architecture(), "ResNet 3,4,6,3 width 64, 224 px; text 12 x 512");
  EXPECT_EQ(std::get<ModifiedResnetConfig>(config->vision).heads, 32);
  EXPECT_EQ(config->text.transformer.activation, Activation::kQuickGelu);
  EXPECT_EQ(config->preprocess.crop_rounding, CropRounding::kHalfEven);
}

TEST(ReadOpenClipConfig, ReadsAVisionTransformerWithUnusualHeads) {
  const Result<ClipConfig> config = ReadOpenClip(
      {{"embed_dim", 1024}, {"vision_cfg", {{"image_size", 224}, {"layers", 40}, {"width", 1408}, {"head_width", 88}, {"mlp_ratio", 4.3637}, {"patch_size", 14}}},
       {"text_cfg", {{"act_kwargs", {{"approximate", "tanh"}}}, {"norm_kwargs", {{"eps", 1e-6}}}, {"pool_type", "eos"}, {"eos_id", 49407}}}},
      {{"interpolation", "bilinear"}, {"resize_mode", "longest"}, {"fill_color", 9}, {"mean", {0, 0, 0}}, {"std", {1, 1, 1}}});
  ASSERT_THAT(config, IsOk());
  const auto& vision = std::get<VisionTransformerConfig>(config->vision);
  EXPECT_EQ(vision.transformer.heads, 16);
  EXPECT_EQ(vision.transformer.mlp_width, 6144);
  EXPECT_EQ(vision.transformer.activation, Activation::kGelu);
  EXPECT_EQ(config->text.transformer.activation, Activation::kGeluTanh);
  EXPECT_DOUBLE_EQ(config->text.transformer.epsilon, 1e-6);
  EXPECT_EQ(config->text.end_id, 49407);
  EXPECT_EQ(config->preprocess.interpolation, Interpolation::kBilinear);
  EXPECT_EQ(config->preprocess.resize_mode, ResizeMode::kLongest);
  EXPECT_EQ(config->preprocess.fill, 9);
}

TEST(ReadOpenClipConfig, ReadsLayerScaleAndAProjectionWithBias) {
  const Result<ClipConfig> plain = ReadOpenClip({{"embed_dim", 32}, {"vision_cfg", {{"ls_init_value", nullptr}}}});
  ASSERT_THAT(plain, IsOk());
  EXPECT_FALSE(std::get<VisionTransformerConfig>(plain->vision).transformer.layer_scale);
  EXPECT_FALSE(plain->text.transformer.layer_scale);
  EXPECT_FALSE(plain->text.projection_bias);
  const Result<ClipConfig> vision = ReadOpenClip({{"embed_dim", 32}, {"vision_cfg", {{"ls_init_value", 1e-4}}}});
  ASSERT_THAT(vision, IsOk());
  EXPECT_TRUE(std::get<VisionTransformerConfig>(vision->vision).transformer.layer_scale);
  EXPECT_FALSE(vision->text.transformer.layer_scale);
  const Result<ClipConfig> text = ReadOpenClip({{"embed_dim", 32}, {"text_cfg", {{"ls_init_value", 0.0}, {"proj_bias", true}}}});
  ASSERT_THAT(text, IsOk());
  EXPECT_FALSE(std::get<VisionTransformerConfig>(text->vision).transformer.layer_scale);
  EXPECT_TRUE(text->text.transformer.layer_scale);
  EXPECT_TRUE(text->text.projection_bias);
}

TEST(ReadOpenClipConfig, RefusesTowersItDoesNotHave) {
  struct Case {
    const char* section;
    json field;
    const char* key;
  };
  const std::vector<Case> cases = {{"vision_cfg", {{"timm_model_name", "vit_base"}}, "vision_cfg.timm_model_name"},
                                   {"vision_cfg", {{"attentional_pool", true}}, "vision_cfg.attentional_pool"},
                                   {"vision_cfg", {{"no_ln_pre", true}}, "vision_cfg.no_ln_pre"},
                                   {"vision_cfg", {{"pool_type", "avg"}}, "vision_cfg.pool_type"},
                                   {"vision_cfg", {{"scale_fc", true}}, "vision_cfg.scale_fc"},
                                   {"text_cfg", {{"scale_heads", true}}, "text_cfg.scale_heads"},
                                   {"vision_cfg", {{"head_width", 50}}, "vision_cfg.head_width"},
                                   {"vision_cfg", {{"layers", {1, 2, 3}}}, "vision_cfg.layers"},
                                   {"vision_cfg", {{"layers", {1, 2, 3, 0}}}, "vision_cfg.layers"},
                                   {"vision_cfg", {{"mlp_ratio", -1}}, "vision_cfg.mlp_ratio"},
                                   {"text_cfg", {{"hf_model_name", "roberta"}}, "text_cfg.hf_model_name"},
                                   {"text_cfg", {{"hf_tokenizer_name", "x"}}, "text_cfg.hf_tokenizer_name"},
                                   {"text_cfg", {{"no_causal_mask", true}}, "text_cfg.no_causal_mask"},
                                   {"text_cfg", {{"proj_type", "none"}}, "text_cfg.proj_type"},
                                   {"text_cfg", {{"pool_type", "last"}}, "text_cfg.pool_type"},
                                   {"text_cfg", {{"pool_type", "eos"}}, "text_cfg.eos_id"},
                                   {"text_cfg", {{"heads", 7}}, "text_cfg.heads"},
                                   {"text_cfg", {{"act_kwargs", {{"slope", 1}}}}, "text_cfg.act_kwargs"},
                                   {"text_cfg", {{"norm_kwargs", {{"eps", 0}}}}, "text_cfg.norm_kwargs"}};
  for (const Case& c : cases) {
    const Result<ClipConfig> config = ReadOpenClip({{"embed_dim", 32}, {c.section, c.field}});
    ASSERT_FALSE(config.has_value()) << c.key;
    EXPECT_THAT(config.error().message(), AllOf(HasSubstr("open_clip_config.json: \"model_cfg." + std::string(c.key) + "\": found "), HasSubstr("expected ")));
  }
  EXPECT_THAT(ReadOpenClip({{"embed_dim", 32}, {"init_logit_bias", -10}}), StatusIs(StatusCode::kUnsupported, HasSubstr("init_logit_bias")));
  EXPECT_THAT(ReadOpenClip(json::object()), StatusIs(StatusCode::kNotFound, HasSubstr("embed_dim")));
  for (const json& preprocess : {json{{"mode", "L"}}, json{{"interpolation", "nearest"}}, json{{"resize_mode", "crop"}}, json{{"std", {0, 1, 1}}}}) {
    EXPECT_THAT(ReadOpenClip({{"embed_dim", 32}}, preprocess), StatusIs(StatusCode::kUnsupported, HasSubstr("preprocess_cfg.")));
  }
}

}  // namespace
}  // namespace fovea::test
