// Finding a model's tensors in its files, and what is said when they do not fit.
// label: unit
#include "encoder/model_weights.h"

#include <gtest/gtest.h>

#include "encoder/weight_names.h"
#include "tests/support/matchers.h"
#include "tests/support/model_folder_writer.h"
#include "tests/support/temp_dir.h"

namespace fovea::test {
namespace {

using namespace encoder;
using testing::AllOf;
using testing::HasSubstr;

// The smallest model there can be, so that every test writes it in no time.
ClipConfig Smallest(Layout layout) {
  ClipConfig config;
  config.layout = layout;
  config.embed_dim = 4;
  const TransformerConfig stack = {.width = 8, .layers = 2, .heads = 2, .mlp_width = 16};
  config.vision = VisionTransformerConfig{.transformer = stack, .patch_size = 4, .image_size = 8};
  config.text = {.transformer = stack, .context_length = 5, .vocab_size = 20};
  return config;
}

std::vector<float> Zeros(size_t count) { return std::vector<float>(count); }

StoredWeight& Named(std::vector<StoredWeight>& weights, const std::string& name) {
  return *std::find_if(weights.begin(), weights.end(), [&](const StoredWeight& w) { return w.name == name; });
}

TEST(StoredNames, AreTheNamesOfThePublishedFiles) {
  const auto one = [](const char* key) {
    const StoredName name = StoredNames({.layout = Layout::kHuggingFace}, key);
    return name.parts.at(0) + (name.transposed ? " transposed" : "");
  };
  EXPECT_EQ(one("visual.class_embedding"), "vision_model.embeddings.class_embedding");
  EXPECT_EQ(one("visual.conv1.weight"), "vision_model.embeddings.patch_embedding.weight");
  EXPECT_EQ(one("visual.positional_embedding"), "vision_model.embeddings.position_embedding.weight");
  EXPECT_EQ(one("visual.ln_pre.bias"), "vision_model.pre_layrnorm.bias");
  EXPECT_EQ(one("visual.ln_post.weight"), "vision_model.post_layernorm.weight");
  EXPECT_EQ(one("visual.proj"), "visual_projection.weight transposed");
  EXPECT_EQ(one("visual.transformer.resblocks.11.ln_1.weight"), "vision_model.encoder.layers.11.layer_norm1.weight");
  EXPECT_EQ(one("visual.transformer.resblocks.0.mlp.c_proj.bias"), "vision_model.encoder.layers.0.mlp.fc2.bias");
  EXPECT_EQ(one("token_embedding.weight"), "text_model.embeddings.token_embedding.weight");
  EXPECT_EQ(one("positional_embedding"), "text_model.embeddings.position_embedding.weight");
  EXPECT_EQ(one("transformer.resblocks.3.attn.out_proj.weight"), "text_model.encoder.layers.3.self_attn.out_proj.weight");
  EXPECT_EQ(one("transformer.resblocks.3.mlp.c_fc.weight"), "text_model.encoder.layers.3.mlp.fc1.weight");
  EXPECT_EQ(one("ln_final.bias"), "text_model.final_layer_norm.bias");
  EXPECT_EQ(one("text_projection"), "text_projection.weight transposed");
  const StoredName packed = StoredNames({.layout = Layout::kHuggingFace}, "transformer.resblocks.2.attn.in_proj_bias");
  EXPECT_THAT(packed.parts, testing::ElementsAre("text_model.encoder.layers.2.self_attn.q_proj.bias", "text_model.encoder.layers.2.self_attn.k_proj.bias",
                                                 "text_model.encoder.layers.2.self_attn.v_proj.bias"));
  const WeightNaming nested = {.layout = Layout::kOpenClip, .text_prefix = "text.", .linear_text_projection = true};
  EXPECT_EQ(StoredNames(nested, "transformer.resblocks.2.ln_1.bias").parts[0], "text.transformer.resblocks.2.ln_1.bias");
  EXPECT_EQ(StoredNames(nested, "visual.conv1.weight").parts[0], "visual.conv1.weight");
  EXPECT_EQ(StoredNames(nested, "text_projection").parts[0], "text.text_projection.weight");
  EXPECT_TRUE(StoredNames(nested, "text_projection").transposed);
  EXPECT_EQ(StoredNames(nested, "text_projection.bias").parts[0], "text.text_projection.bias");
  EXPECT_EQ(StoredNames({}, "text_projection").parts[0], "text_projection");
}

TEST(ModelWeights, FindsEveryTensorAndIgnoresWhatEncodingDoesNotNeed) {
  for (const Layout layout : {Layout::kHuggingFace, Layout::kOpenClip}) {
    const TempDir folder;
    const ClipConfig config = Smallest(layout);
    std::vector<StoredWeight> stored = StoredReferenceWeights(config);
    stored.push_back({.name = "text_model.embeddings.position_ids", .shape = {1, 5}, .values = [] { return Zeros(5); }, .type = "I64"});
    WriteSafetensors(folder / "model.safetensors", stored);
    const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), config);
    ASSERT_THAT(weights, IsOk());
    EXPECT_EQ(weights->Source("transformer.resblocks.0.attn.in_proj_weight").parts.size(), layout == Layout::kHuggingFace ? 3u : 1u);
    EXPECT_EQ(weights->Source("text_projection").transposed, layout == Layout::kHuggingFace);
    EXPECT_GT(weights->parameters(), 2000);
  }
}

TEST(ModelWeights, FindsANestedTextTower) {
  const TempDir folder;
  const ClipConfig config = Smallest(Layout::kOpenClip);
  WriteSafetensors(folder / "open_clip_model.safetensors", StoredReferenceWeights(config, "text."));
  EXPECT_THAT(ModelWeights::Open(folder.path(), config), IsOk());
}

TEST(ModelWeights, FindsLayerScaleAndALinearTextProjectionFlatOrNested) {
  for (const char* prefix : {"", "text."}) {
    const TempDir folder;
    ClipConfig config = Smallest(Layout::kOpenClip);
    config.text.projection_bias = config.text.transformer.layer_scale = true;
    std::get<VisionTransformerConfig>(config.vision).transformer.layer_scale = true;
    std::vector<StoredWeight> stored = StoredReferenceWeights(config, prefix);
    WriteSafetensors(folder / "open_clip_model.safetensors", stored);
    const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), config);
    ASSERT_THAT(weights, IsOk());
    EXPECT_TRUE(weights->Source("text_projection").transposed);
    EXPECT_EQ(weights->Source("text_projection").parts[0].tensor->shape, Shape({4, 8}));
    EXPECT_EQ(weights->Source("text_projection.bias").parts[0].tensor->shape, Shape({4}));
    for (const char* key : {"visual.transformer.resblocks.1.ls_2.gamma", "transformer.resblocks.0.ls_1.gamma"}) {
      EXPECT_EQ(weights->Source(key).parts[0].tensor->shape, Shape({8}));
    }
    Named(stored, prefix + std::string("transformer.resblocks.1.ls_1.gamma")).name = "elsewhere";
    WriteSafetensors(folder / "open_clip_model.safetensors", stored);
    EXPECT_THAT(ModelWeights::Open(folder.path(), config), StatusIs(StatusCode::kCorrupt, HasSubstr("transformer.resblocks.1.ls_1.gamma")));
  }
}

TEST(ModelWeights, FollowsAnIndexOfShards) {
  const TempDir folder;
  const ClipConfig config = Smallest(Layout::kHuggingFace);
  std::vector<StoredWeight> first = StoredReferenceWeights(config), second;
  second.assign(first.begin() + 10, first.end());
  first.resize(10);
  WriteSafetensors(folder / "model-00001-of-00002.safetensors", first);
  WriteSafetensors(folder / "model-00002-of-00002.safetensors", second);
  nlohmann::json map;
  for (const StoredWeight& weight : first) map[weight.name] = "model-00001-of-00002.safetensors";
  for (const StoredWeight& weight : second) map[weight.name] = "model-00002-of-00002.safetensors";
  WriteFiles(folder.path(), {{"model.safetensors.index.json", {{"weight_map", map}}}});
  EXPECT_THAT(ModelWeights::Open(folder.path(), config), IsOk());
  map["logit_scale"] = "../elsewhere.safetensors";
  WriteFiles(folder.path(), {{"model.safetensors.index.json", {{"weight_map", map}}}});
  EXPECT_THAT(ModelWeights::Open(folder.path(), config), StatusIs(StatusCode::kCorrupt, HasSubstr("weight_map.logit_scale")));
}

TEST(ModelWeights, NamesTheFileThatIsMissing) {
  const TempDir folder;
  EXPECT_THAT(ModelWeights::Open(folder.path(), Smallest(Layout::kHuggingFace)), StatusIs(StatusCode::kNotFound, HasSubstr("model.safetensors")));
  folder.Write("one.safetensors", "x");
  folder.Write("two.safetensors", "x");
  EXPECT_THAT(ModelWeights::Open(folder.path(), Smallest(Layout::kOpenClip)), StatusIs(StatusCode::kNotFound, HasSubstr("open_clip_model.safetensors")));
}

TEST(ModelWeights, TakesTheOnlyWeightsFileWhateverItsName) {
  const TempDir folder;
  const ClipConfig config = Smallest(Layout::kOpenClip);
  WriteSafetensors(folder / "any_name.safetensors", StoredReferenceWeights(config));
  EXPECT_THAT(ModelWeights::Open(folder.path(), config), IsOk());
}

TEST(ModelWeights, NamesMissingWrongAndUnexpectedTensorsInOneLine) {
  const TempDir folder;
  const ClipConfig config = Smallest(Layout::kHuggingFace);
  std::vector<StoredWeight> stored = StoredReferenceWeights(config);
  Named(stored, "vision_model.post_layernorm.weight").name = "vision_model.post_layernorm.wait";
  StoredWeight& narrow = Named(stored, "text_projection.weight");
  narrow.shape = {4, 7};
  narrow.values = [] { return Zeros(28); };
  StoredWeight& integers = Named(stored, "text_model.final_layer_norm.bias");
  integers.type = "I64";
  WriteSafetensors(folder / "model.safetensors", stored);
  const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), config);
  ASSERT_THAT(weights, StatusIs(StatusCode::kCorrupt));
  EXPECT_THAT(weights.error().message(), AllOf(HasSubstr("model.safetensors: missing \"vision_model.post_layernorm.weight\""),
                                               HasSubstr("\"text_projection.weight\" has shape [4, 7], expected [4, 8]"),
                                               HasSubstr("\"text_model.final_layer_norm.bias\" holds integers"),
                                               HasSubstr("unexpected \"vision_model.post_layernorm.wait\"")));
  EXPECT_THAT(weights.error().message(), testing::Not(HasSubstr("\n")));
}

TEST(ModelWeights, NamesAFewOfManyFaults) {
  const TempDir folder;
  WriteSafetensors(folder / "model.safetensors", {});
  const Result<ModelWeights> weights = ModelWeights::Open(folder.path(), Smallest(Layout::kHuggingFace));
  ASSERT_THAT(weights, StatusIs(StatusCode::kCorrupt, HasSubstr(" more")));
  EXPECT_LT(weights.error().message().size(), 400u);
}

}  // namespace
}  // namespace fovea::test
