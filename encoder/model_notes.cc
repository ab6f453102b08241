#include "encoder/model_notes.h"

#include <map>

#include "base/log.h"

namespace fovea::encoder {
namespace {

using Notes = std::vector<std::string>;

void AddStack(Notes& notes, const std::string& tower, const TransformerConfig& config) {
  const int64_t head = config.width / config.heads;
  if (config.activation == Activation::kGelu) notes.push_back(tower + ": activation GELU in its exact form, where OpenAI has QuickGELU");
  if (config.activation == Activation::kGeluTanh) notes.push_back(tower + ": activation GELU in its tanh form, where OpenAI has QuickGELU");
  if (head != 64) notes.push_back(StrCat(tower, ": heads of ", head, ", where OpenAI has 64"));
  if (config.mlp_width != 4 * config.width) notes.push_back(StrCat(tower, ": MLP of ", config.mlp_width, " for a width of ", config.width));
  if (config.epsilon != 1e-5) notes.push_back(StrCat(tower, ": epsilon ", config.epsilon, ", where OpenAI has 1e-05"));
  if (config.layer_scale) notes.push_back(tower + ": LayerScale");
}

void AddText(Notes& notes, const TextConfig& text) {
  AddStack(notes, "text", text.transformer);
  if (text.projection_bias) notes.push_back("text: the projection has a bias");
  if (text.context_length != 77) notes.push_back(StrCat("text: at most ", text.context_length, " tokens, where OpenAI has 77"));
  if (text.vocab_size != 49408) notes.push_back(StrCat("text: vocabulary of ", text.vocab_size, ", where OpenAI has 49408"));
  if (text.end_id >= 0 && text.end_id != text.vocab_size - 1) notes.push_back(StrCat("text: ends at id ", text.end_id));
}

std::string Triple(const std::array<float, 3>& values) { return StrCat("(", values[0], ", ", values[1], ", ", values[2], ")"); }

void AddPreprocess(Notes& notes, const PreprocessProfile& profile) {
  const PreprocessProfile usual;
  if (profile.resize_mode == ResizeMode::kSquash) notes.push_back("pictures: squashed to a square, whatever their shape");
  if (profile.resize_mode == ResizeMode::kLongest) notes.push_back("pictures: fitted whole into the square, the rest filled");
  if (profile.interpolation == Interpolation::kBilinear) notes.push_back("pictures: resized by bilinear interpolation, where OpenAI has bicubic");
  if (profile.resize_to != profile.image_size) notes.push_back(StrCat("pictures: resized to ", profile.resize_to, ", cropped to ", profile.image_size));
  if (profile.mean != usual.mean || profile.std != usual.std) {
    notes.push_back(StrCat("pictures: mean ", Triple(profile.mean), " and standard deviation ", Triple(profile.std), " of its own"));
  }
}

void AddFiles(Notes& notes, const ClipConfig& config, const ModelWeights& weights) {
  const std::map<TensorType, const char*> names = {{TensorType::kFloat16, "fp16"}, {TensorType::kBfloat16, "bf16"}, {TensorType::kFloat64, "fp64"}};
  std::map<TensorType, int> counts;
  int tensors = 0;
  for (const auto& [key, source] : weights.sources()) {
    for (const WeightSource::Part& part : source.parts) ++counts[part.tensor->type], ++tensors;
  }
  for (const auto& [type, name] : names) {
    if (counts[type] > 0) notes.push_back(StrCat("weights: ", counts[type], " of ", tensors, " tensors are ", name));
  }
  const Container container = weights.files().front()->container();
  if (container == Container::kTorchScript) notes.push_back("weights: a TorchScript archive; its code is not run");
  if (container == Container::kPickle) notes.push_back("weights: a pickle; only its tensors are read");
  if (weights.files().size() > 1) notes.push_back(StrCat("weights: in ", weights.files().size(), " files"));
  if (config.layout == Layout::kOpenAi && container != Container::kTorchScript) {
    notes.push_back("configuration: none beside the weights; taken for one of OpenAI's (QuickGELU, heads of 64), which its tensors do not prove");
  }
}

}  // namespace

std::vector<std::string> ModelNotes(const ClipConfig& config, const ModelWeights& weights) {
  Notes notes;
  if (!config.HasTextTower()) notes.push_back("no text tower: good for `fovea embed --image` only");
  if (!config.HasImageTower()) notes.push_back("no image tower: good for `fovea embed --text` only");
  if (!config.projected) notes.push_back("no projection: its features are the tower's own, and compare with nothing of the other tower");
  const auto* vision = std::get_if<VisionTransformerConfig>(&config.vision);
  if (config.HasImageTower() && vision != nullptr) AddStack(notes, "image", vision->transformer);
  if (config.HasTextTower()) AddText(notes, config.text);
  if (config.HasImageTower()) AddPreprocess(notes, config.preprocess);
  AddFiles(notes, config, weights);
  return notes;
}

}  // namespace fovea::encoder
