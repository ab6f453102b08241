#include "tests/support/model_folder_writer.h"

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "encoder/byte_alphabet.h"
#include "encoder/expected_weights.h"
#include "encoder/weight_names.h"
#include "tests/support/reference_weights.h"

namespace fovea::test {
namespace {

using encoder::Activation;
using encoder::ClipConfig;
using encoder::Layout;
using encoder::Shape;
using nlohmann::json;

std::ofstream OpenForWriting(const std::string& path) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "cannot write " << path << "\n";
    std::abort();
  }
  return file;
}

int64_t CountOf(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  return count;
}

std::vector<float> Transposed(const std::vector<float>& values, int64_t rows, int64_t columns) {
  std::vector<float> out(values.size());
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) out[static_cast<size_t>(c * rows + r)] = values[static_cast<size_t>(r * columns + c)];
  }
  return out;
}

size_t BytesPerValue(const std::string& type) { return type == "F16" || type == "BF16" ? 2 : type == "I64" ? 8 : 4; }

template <typename T>
void Append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

const char* HiddenAct(Activation activation) {
  return activation == Activation::kQuickGelu ? "quick_gelu" : activation == Activation::kGelu ? "gelu" : "gelu_pytorch_tanh";
}

json HuggingFaceSection(const encoder::TransformerConfig& config) {
  return {{"hidden_size", config.width},       {"num_hidden_layers", config.layers},           {"num_attention_heads", config.heads},
          {"intermediate_size", config.mlp_width}, {"hidden_act", HiddenAct(config.activation)}, {"layer_norm_eps", config.epsilon}};
}

json HuggingFaceConfig(const ClipConfig& config, json vision_section, json text_section) {
  if (config.towers == encoder::Towers::kBoth) {
    return {{"model_type", "clip"}, {"projection_dim", config.embed_dim}, {"text_config", text_section}, {"vision_config", vision_section}};
  }
  const bool image = config.HasImageTower();
  json one = image ? std::move(vision_section) : std::move(text_section);
  one["model_type"] = image ? "clip_vision_model" : "clip_text_model";
  one["architectures"] = {std::string(image ? "CLIPVisionModel" : "CLIPTextModel") + (config.projected ? "WithProjection" : "")};
  one["projection_dim"] = config.projected ? config.embed_dim : 512;
  return one;
}

std::map<std::string, json> HuggingFaceFiles(const ClipConfig& config) {
  const auto& vision = std::get<encoder::VisionTransformerConfig>(config.vision);
  json text_section = HuggingFaceSection(config.text.transformer);
  text_section["max_position_embeddings"] = config.text.context_length;
  text_section["vocab_size"] = config.text.vocab_size;
  text_section["eos_token_id"] = 2;
  json vision_section = HuggingFaceSection(vision.transformer);
  vision_section["image_size"] = vision.image_size;
  vision_section["patch_size"] = vision.patch_size;
  const json preprocess = {{"do_resize", true}, {"size", vision.image_size}, {"resample", 3}, {"do_center_crop", true}, {"crop_size", vision.image_size}};
  std::map<std::string, json> files = {{"config.json", HuggingFaceConfig(config, vision_section, text_section)}};
  if (config.HasImageTower()) files["preprocessor_config.json"] = preprocess;
  return files;
}

json OpenClipVision(const encoder::VisionTransformerConfig& vision) {
  const auto& transformer = vision.transformer;
  const json layer_scale = transformer.layer_scale ? json(1e-5) : json();
  return {{"ls_init_value", layer_scale}, {"layers", transformer.layers},         {"width", transformer.width},      {"head_width", transformer.width / transformer.heads},
          {"patch_size", vision.patch_size},      {"image_size", vision.image_size},
          {"mlp_ratio", (static_cast<double>(transformer.mlp_width) + 0.5) / static_cast<double>(transformer.width)}};
}

json OpenClipVision(const encoder::ModifiedResnetConfig& vision) {
  return {{"layers", vision.blocks}, {"width", vision.width}, {"head_width", vision.PooledWidth() / vision.heads},
          {"image_size", vision.image_size}, {"patch_size", nullptr}};
}

std::map<std::string, json> OpenClipFiles(const ClipConfig& config) {
  const auto& text = config.text;
  const json model = {{"embed_dim", config.embed_dim},
                      {"quick_gelu", text.transformer.activation == Activation::kQuickGelu},
                      {"vision_cfg", std::visit([](const auto& vision) { return OpenClipVision(vision); }, config.vision)},
                      {"text_cfg", {{"proj_bias", text.projection_bias}, {"ls_init_value", text.transformer.layer_scale ? json(1e-5) : json()},
                                    {"context_length", text.context_length}, {"vocab_size", text.vocab_size}, {"width", text.transformer.width},
                                    {"heads", text.transformer.heads}, {"layers", text.transformer.layers},
                                    {"mlp_ratio", (static_cast<double>(text.transformer.mlp_width) + 0.5) / static_cast<double>(text.transformer.width)}}}};
  return {{"open_clip_config.json", {{"model_cfg", model}, {"preprocess_cfg", {{"size", config.ImageSize()}}}}}};
}

encoder::TransformerConfig Stack(int64_t width, int64_t layers, int64_t heads) {
  return {.width = width, .layers = layers, .heads = heads, .mlp_width = 4 * width};
}

ClipConfig Sized(ClipConfig config) {
  config.preprocess.image_size = config.preprocess.resize_to = static_cast<int>(config.ImageSize());
  return config;
}

}  // namespace

std::vector<StoredWeight> StoredReferenceWeights(const ClipConfig& config, const std::string& text_prefix) {
  std::vector<StoredWeight> weights;
  for (const encoder::ExpectedWeight& expected : encoder::ExpectedWeights(config)) {
    const encoder::StoredName name = encoder::StoredNames(
        {.layout = config.layout, .text_prefix = text_prefix, .linear_text_projection = config.text.projection_bias}, expected.key);
    const auto parts = static_cast<int64_t>(name.parts.size());
    for (int64_t part = 0; part < parts; ++part) {
      Shape shape = expected.shape;
      shape[0] /= parts;
      const int64_t count = CountOf(shape);
      const auto values = [expected, part, count, transposed = name.transposed] {
        const std::vector<float> all = ReferenceWeight(expected.key, expected.shape);
        if (transposed) return Transposed(all, expected.shape[0], expected.shape[1]);
        return std::vector<float>(all.begin() + part * count, all.begin() + (part + 1) * count);
      };
      if (name.transposed) std::swap(shape[0], shape[1]);
      weights.push_back({.name = name.parts[static_cast<size_t>(part)], .shape = shape, .values = values});
    }
  }
  weights.push_back({.name = "logit_scale", .shape = {}, .values = [] { return std::vector<float>{2.65926f}; }});
  return weights;
}

std::string ValueBytes(const StoredWeight& weight) {
  std::string bytes;
  for (const float value : weight.values()) {
    if (weight.type == "F32") Append(bytes, value);
    if (weight.type == "F16") Append(bytes, static_cast<_Float16>(value));
    if (weight.type == "BF16") Append(bytes, static_cast<uint16_t>((std::bit_cast<uint32_t>(value) + 0x8000) >> 16));
    if (weight.type == "I64") Append(bytes, static_cast<int64_t>(value));
  }
  return bytes;
}

void WriteSafetensors(const std::string& path, const std::vector<StoredWeight>& weights) {
  json table = {{"__metadata__", {{"format", "pt"}}}};
  size_t offset = 0;
  for (const StoredWeight& weight : weights) {
    const size_t end = offset + static_cast<size_t>(CountOf(weight.shape)) * BytesPerValue(weight.type);
    table[weight.name] = {{"dtype", weight.type}, {"shape", weight.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  const std::string header = table.dump();
  const uint64_t length = header.size();
  std::ofstream file = OpenForWriting(path);
  file.write(reinterpret_cast<const char*>(&length), sizeof(length));
  file << header;
  for (const StoredWeight& weight : weights) file << ValueBytes(weight);
}

std::map<std::string, json> ConfigFiles(const ClipConfig& config) {
  return config.layout == Layout::kHuggingFace ? HuggingFaceFiles(config) : OpenClipFiles(config);
}

std::map<std::string, std::string> VocabularyFileContents(const std::vector<std::string>& merges) {
  json ids;
  std::string lines = "#version: 0.2\n";
  int id = 0;
  for (const char* end : {"", "</w>"}) {
    for (const uint8_t byte : encoder::BytesInVocabularyOrder()) ids[encoder::SymbolOfByte(byte) + end] = id++;
  }
  for (const std::string& merge : merges) {
    const size_t space = merge.find(' ');
    ids[merge.substr(0, space) + merge.substr(space + 1)] = id++;
    lines += merge + "\n";
  }
  ids["<|startoftext|>"] = id++;
  ids["<|endoftext|>"] = id;
  return {{"vocab.json", ids.dump()}, {"merges.txt", lines}};
}

void WriteFiles(const std::string& folder, const std::map<std::string, json>& files) {
  for (const auto& [name, content] : files) OpenForWriting(folder + "/" + name) << content.dump(2);
}

void WriteModelFolder(const std::string& folder, const ClipConfig& config) {
  WriteFiles(folder, ConfigFiles(config));
  if (config.HasTextTower()) {
    for (const auto& [name, content] : VocabularyFileContents({})) OpenForWriting(folder + "/" + name) << content;
  }
  const bool hugging_face = config.layout == Layout::kHuggingFace;
  WriteSafetensors(folder + (hugging_face ? "/model.safetensors" : "/open_clip_model.safetensors"), StoredReferenceWeights(config));
}

ClipConfig TinyVit() {
  ClipConfig config;
  config.embed_dim = 32;
  config.vision = encoder::VisionTransformerConfig{.transformer = Stack(128, 3, 2), .patch_size = 16, .image_size = 64};
  config.text = {.transformer = Stack(64, 2, 1), .context_length = 77, .vocab_size = 512};
  return Sized(config);
}

ClipConfig TinyResnet() {
  ClipConfig config;
  config.embed_dim = 32;
  config.vision = encoder::ModifiedResnetConfig{.blocks = {1, 2, 1, 1}, .width = 16, .heads = 8, .image_size = 64};
  config.text = {.transformer = Stack(128, 2, 2), .context_length = 77, .vocab_size = 512};
  return Sized(config);
}

ClipConfig TinyOpenClip(Activation activation) {
  ClipConfig config;
  config.embed_dim = 24;
  const encoder::TransformerConfig vision = {.width = 120, .layers = 2, .heads = 3, .mlp_width = 523, .activation = activation};
  config.vision = encoder::VisionTransformerConfig{.transformer = vision, .patch_size = 16, .image_size = 48};
  config.text = {.transformer = Stack(96, 2, 4), .context_length = 32, .vocab_size = 512};
  config.text.transformer.activation = activation;
  return Sized(config);
}

ClipConfig VitB32() {
  ClipConfig config;
  config.embed_dim = 512;
  config.vision = encoder::VisionTransformerConfig{.transformer = Stack(768, 12, 12), .patch_size = 32, .image_size = 224};
  config.text = {.transformer = Stack(512, 12, 8), .context_length = 77, .vocab_size = 49408};
  return Sized(config);
}

ClipConfig Resnet50() {
  ClipConfig config = VitB32();
  config.embed_dim = 1024;
  config.vision = encoder::ModifiedResnetConfig{.blocks = {3, 4, 6, 3}, .width = 64, .heads = 32, .image_size = 224};
  return Sized(config);
}

ClipConfig TinyVitWithVocabulary() {
  ClipConfig config = TinyVit();
  config.text.vocab_size = 514;
  return config;
}

ClipConfig TinyResnetWithVocabulary() {
  ClipConfig config = TinyResnet();
  config.text.vocab_size = 514;
  return config;
}

}  // namespace fovea::test
