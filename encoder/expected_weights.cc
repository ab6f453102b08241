#include "encoder/expected_weights.h"

#include "base/log.h"

namespace fovea::encoder {
namespace {

using List = std::vector<ExpectedWeight>;

void AddAffine(List& list, const std::string& key, int64_t width) {
  list.push_back({key + ".weight", {width}});
  list.push_back({key + ".bias", {width}});
}

void AddLinear(List& list, const std::string& key, int64_t out, int64_t in) {
  list.push_back({key + ".weight", {out, in}});
  list.push_back({key + ".bias", {out}});
}

void AddBatchNorm(List& list, const std::string& key, int64_t width) {
  for (const char* leaf : {".weight", ".bias", ".running_mean", ".running_var"}) list.push_back({key + leaf, {width}});
}

void AddConvolution(List& list, const std::string& key, const Shape& shape) { list.push_back({key + ".weight", shape}); }

void AddBlocks(List& list, const std::string& prefix, const TransformerConfig& config) {
  const int64_t width = config.width;
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string block = StrCat(prefix, "transformer.resblocks.", i, ".");
    list.push_back({block + "attn.in_proj_weight", {3 * width, width}});
    list.push_back({block + "attn.in_proj_bias", {3 * width}});
    AddLinear(list, block + "attn.out_proj", width, width);
    AddAffine(list, block + "ln_1", width);
    AddAffine(list, block + "ln_2", width);
    AddLinear(list, block + "mlp.c_fc", config.mlp_width, width);
    AddLinear(list, block + "mlp.c_proj", width, config.mlp_width);
    if (!config.layer_scale) continue;
    list.push_back({block + "ls_1.gamma", {width}});
    list.push_back({block + "ls_2.gamma", {width}});
  }
}

void AddVision(List& list, const VisionTransformerConfig& config, const ClipConfig& model) {
  const int64_t width = config.transformer.width, grid = config.GridSide();
  list.push_back({"visual.class_embedding", {width}});
  list.push_back({"visual.positional_embedding", {grid * grid + 1, width}});
  if (model.projected) list.push_back({"visual.proj", {width, model.embed_dim}});
  AddConvolution(list, "visual.conv1", {width, 3, config.patch_size, config.patch_size});
  AddAffine(list, "visual.ln_pre", width);
  AddAffine(list, "visual.ln_post", width);
  AddBlocks(list, "visual.", config.transformer);
}

void AddBottleneck(List& list, const std::string& block, int64_t in, int64_t planes, bool first) {
  AddConvolution(list, block + "conv1", {planes, in, 1, 1});
  AddBatchNorm(list, block + "bn1", planes);
  AddConvolution(list, block + "conv2", {planes, planes, 3, 3});
  AddBatchNorm(list, block + "bn2", planes);
  AddConvolution(list, block + "conv3", {4 * planes, planes, 1, 1});
  AddBatchNorm(list, block + "bn3", 4 * planes);
  if (!first) return;
  AddConvolution(list, block + "downsample.0", {4 * planes, in, 1, 1});
  AddBatchNorm(list, block + "downsample.1", 4 * planes);
}

void AddVision(List& list, const ModifiedResnetConfig& config, const ClipConfig& model) {
  const int64_t width = config.width, half = width / 2, grid = config.GridSide(), pooled = config.PooledWidth();
  AddConvolution(list, "visual.conv1", {half, 3, 3, 3});
  AddBatchNorm(list, "visual.bn1", half);
  AddConvolution(list, "visual.conv2", {half, half, 3, 3});
  AddBatchNorm(list, "visual.bn2", half);
  AddConvolution(list, "visual.conv3", {width, half, 3, 3});
  AddBatchNorm(list, "visual.bn3", width);
  int64_t in = width, planes = width;
  for (size_t stage = 0; stage < config.blocks.size(); ++stage, planes *= 2) {
    for (int64_t i = 0; i < config.blocks[stage]; ++i, in = 4 * planes) {
      AddBottleneck(list, StrCat("visual.layer", stage + 1, ".", i, "."), in, planes, i == 0);
    }
  }
  list.push_back({"visual.attnpool.positional_embedding", {grid * grid + 1, pooled}});
  for (const char* name : {"q_proj", "k_proj", "v_proj"}) AddLinear(list, StrCat("visual.attnpool.", name), pooled, pooled);
  AddLinear(list, "visual.attnpool.c_proj", model.embed_dim, pooled);
}

void AddText(List& list, const TextConfig& text, const ClipConfig& model) {
  list.push_back({"token_embedding.weight", {text.vocab_size, text.transformer.width}});
  list.push_back({"positional_embedding", {text.context_length, text.transformer.width}});
  if (model.projected) list.push_back({"text_projection", {text.transformer.width, model.embed_dim}});
  if (text.projection_bias) list.push_back({"text_projection.bias", {model.embed_dim}});
  AddAffine(list, "ln_final", text.transformer.width);
  AddBlocks(list, "", text.transformer);
}

}  // namespace

std::vector<ExpectedWeight> ExpectedWeights(const ClipConfig& config) {
  List list;
  if (config.HasImageTower()) std::visit([&](const auto& vision) { AddVision(list, vision, config); }, config.vision);
  if (config.HasTextTower()) AddText(list, config.text, config);
  return list;
}

}  // namespace fovea::encoder
