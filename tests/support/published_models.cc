#include "tests/support/published_models.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "encoder/expected_weights.h"
#include "encoder/weight_names.h"

namespace fovea::test {
namespace {

using namespace encoder;

TransformerConfig Stack(int64_t width, int64_t layers, int64_t head) {
  return {.width = width, .layers = layers, .heads = width / head, .mlp_width = 4 * width};
}

ClipConfig OpenAi(int64_t embed_dim, int64_t text_width) {
  ClipConfig config;
  config.layout = Layout::kOpenAi;
  config.embed_dim = embed_dim;
  config.text = {.transformer = Stack(text_width, 12, 64), .context_length = 77, .vocab_size = 49408};
  return config;
}

ClipConfig Finished(ClipConfig config) {
  config.preprocess.image_size = config.preprocess.resize_to = static_cast<int>(config.ImageSize());
  return config;
}

ClipConfig Resnet(int64_t embed_dim, int64_t text_width, const ModifiedResnetConfig& vision) {
  ClipConfig config = OpenAi(embed_dim, text_width);
  config.vision = vision;
  return Finished(config);
}

ClipConfig Vit(int64_t embed_dim, int64_t text_width, const VisionTransformerConfig& vision) {
  ClipConfig config = OpenAi(embed_dim, text_width);
  config.vision = vision;
  return Finished(config);
}

ClipConfig Larger(int64_t embed_dim, TransformerConfig text, VisionTransformerConfig vision) {
  ClipConfig config = Vit(embed_dim, text.width, vision);
  config.layout = Layout::kOpenClip;
  config.text.transformer = text;
  config.text.transformer.activation = Activation::kGelu;
  std::get<VisionTransformerConfig>(config.vision).transformer.activation = Activation::kGelu;
  return config;
}

TransformerConfig Wide(int64_t width, int64_t layers, int64_t head, int64_t mlp_width) {
  return {.width = width, .layers = layers, .heads = width / head, .mlp_width = mlp_width};
}

std::string Numbers(const TransformerConfig& c) {
  return StrCat(c.layers, " layers, width ", c.width, ", heads ", c.heads, ", MLP ", c.mlp_width, ", activation ", static_cast<int>(c.activation), ", epsilon ",
                c.epsilon, ", LayerScale ", c.layer_scale);
}
std::string Numbers(const VisionTransformerConfig& c) { return StrCat("ViT ", Numbers(c.transformer), ", patch ", c.patch_size, ", ", c.image_size, " px"); }
std::string Numbers(const ModifiedResnetConfig& c) {
  return StrCat("ResNet ", c.blocks[0], ",", c.blocks[1], ",", c.blocks[2], ",", c.blocks[3], ", width ", c.width, ", heads ", c.heads, ", ", c.image_size, " px");
}

}  // namespace

std::vector<PublishedModel> OpenAiModels() {
  return {
      {"RN50", Resnet(1024, 512, {.blocks = {3, 4, 6, 3}, .width = 64, .heads = 32, .image_size = 224}), 102'007'137, 38'316'896},
      {"RN101", Resnet(512, 512, {.blocks = {3, 4, 23, 3}, .width = 64, .heads = 32, .image_size = 224}), 119'688'033, 56'259'936},
      {"RN50x4", Resnet(640, 640, {.blocks = {4, 6, 10, 6}, .width = 80, .heads = 40, .image_size = 288}), 178'300'601, 87'137'080},
      {"RN50x16", Resnet(768, 768, {.blocks = {6, 8, 18, 8}, .width = 96, .heads = 48, .image_size = 384}), 290'979'217, 167'328'912},
      {"RN50x64", Resnet(1024, 1024, {.blocks = {3, 15, 36, 10}, .width = 128, .heads = 64, .image_size = 448}), 623'258'305, 420'380'352},
      {"ViT-B-32", Vit(512, 512, {.transformer = Stack(768, 12, 64), .patch_size = 32, .image_size = 224}), 151'277'313, 87'849'216},
      {"ViT-B-16", Vit(512, 512, {.transformer = Stack(768, 12, 64), .patch_size = 16, .image_size = 224}), 149'620'737, 86'192'640},
      {"ViT-L-14", Vit(768, 768, {.transformer = Stack(1024, 24, 64), .patch_size = 14, .image_size = 224}), 427'616'513, 303'966'208},
      {"ViT-L-14-336", Vit(768, 768, {.transformer = Stack(1024, 24, 64), .patch_size = 14, .image_size = 336}), 427'944'193, 304'293'888}};
}

std::vector<PublishedModel> LargerModels() {
  return {{"ViT-H-14", Larger(1024, Stack(1024, 24, 64), {.transformer = Wide(1280, 32, 80, 5120), .patch_size = 14, .image_size = 224})},
          {"ViT-g-14", Larger(1024, Stack(1024, 24, 64), {.transformer = Wide(1408, 40, 88, 6144), .patch_size = 14, .image_size = 224})},
          {"ViT-bigG-14", Larger(1280, Stack(1280, 32, 64), {.transformer = Wide(1664, 48, 104, 8192), .patch_size = 14, .image_size = 224})}};
}

std::string Numbers(const ClipConfig& config) {
  const PreprocessProfile& p = config.preprocess;
  return StrCat("E ", config.embed_dim, "; ", std::visit([](const auto& vision) { return Numbers(vision); }, config.vision), "; text ",
                Numbers(config.text.transformer), ", ", config.text.context_length, " tokens of ", config.text.vocab_size, ", end ", config.text.end_id, ", bias ",
                config.text.projection_bias, "; pictures ", p.resize_to, " to ", p.image_size, ", mode ", static_cast<int>(p.resize_mode), ", interpolation ",
                static_cast<int>(p.interpolation), ", mean ", p.mean[0], " ", p.mean[1], " ", p.mean[2], ", std ", p.std[0], " ", p.std[1], " ", p.std[2]);
}

void WriteHollowWeights(const std::string& path, const ClipConfig& config) {
  nlohmann::json table = nlohmann::json::object();
  int64_t offset = 0;
  for (const ExpectedWeight& weight : ExpectedWeights(config)) {
    const int64_t end = offset + BytesOf(weight.shape, TensorType::kFloat32).value();
    table[StoredNames({.layout = config.layout}, weight.key).parts.at(0)] = {{"dtype", "F32"}, {"shape", weight.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  const std::string header = table.dump();
  const uint64_t length = header.size();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&length), sizeof(length)) << header << std::flush;
  std::filesystem::resize_file(path, sizeof(length) + length + static_cast<uint64_t>(offset));
  if (!file) {
    std::cerr << "cannot write " << path << "\n";
    std::abort();
  }
}

}  // namespace fovea::test
