#include "encoder/weight_names.h"

#include <array>
#include <utility>

namespace fovea::encoder {
namespace {

using Renaming = std::pair<std::string_view, std::string_view>;

// Beginnings first: a longer one stands before what it begins with.
constexpr std::array<Renaming, 11> kHuggingFaceBeginnings = {{
    {"visual.transformer.resblocks.", "vision_model.encoder.layers."},
    {"visual.class_embedding", "vision_model.embeddings.class_embedding"},
    {"visual.conv1.", "vision_model.embeddings.patch_embedding."},
    {"visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"},
    {"visual.ln_pre.", "vision_model.pre_layrnorm."},  // spelled so in every published file
    {"visual.ln_post.", "vision_model.post_layernorm."},
    {"visual.proj", "visual_projection.weight"},
    {"transformer.resblocks.", "text_model.encoder.layers."},
    {"token_embedding.", "text_model.embeddings.token_embedding."},
    {"positional_embedding", "text_model.embeddings.position_embedding.weight"},
    {"ln_final.", "text_model.final_layer_norm."},
}};
constexpr std::array<Renaming, 5> kHuggingFaceInsideLayer = {{{".ln_1.", ".layer_norm1."},
                                                              {".ln_2.", ".layer_norm2."},
                                                              {".mlp.c_fc.", ".mlp.fc1."},
                                                              {".mlp.c_proj.", ".mlp.fc2."},
                                                              {".attn.out_proj.", ".self_attn.out_proj."}}};

void ReplaceFirst(std::string& text, std::string_view from, std::string_view to) {
  if (const size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

StoredName HuggingFaceNames(const std::string& key) {
  if (key == "text_projection") return {{"text_projection.weight"}, true};
  std::string name = key;
  for (const auto& [from, to] : kHuggingFaceBeginnings) {
    if (!name.starts_with(from)) continue;
    name.replace(0, from.size(), to);
    break;
  }
  for (const auto& [from, to] : kHuggingFaceInsideLayer) ReplaceFirst(name, from, to);
  const size_t packed = name.find(".attn.in_proj_");
  if (packed == std::string::npos) return {{name}, key == "visual.proj"};
  const std::string leaf = name.substr(packed + std::string_view(".attn.in_proj_").size());
  StoredName stored;
  for (const char* part : {"q", "k", "v"}) {
    stored.parts.push_back(name.substr(0, packed) + ".self_attn." + part + "_proj." + leaf);
  }
  return stored;
}

}  // namespace

StoredName StoredNames(const WeightNaming& naming, const std::string& key) {
  if (naming.layout == Layout::kHuggingFace) {
    StoredName stored = HuggingFaceNames(key);
    if (naming.unnamed_tower) {
      for (std::string& part : stored.parts) part.erase(0, part.find('.') + 1);
    }
    return stored;
  }
  if (key.starts_with("visual.")) return {{key}, false};
  const bool transposed = naming.linear_text_projection && key == "text_projection";
  return {{naming.text_prefix + key + (transposed ? ".weight" : "")}, transposed};
}

bool IsNotNeeded(std::string_view name) {
  for (const std::string_view leaf : {"num_batches_tracked", "position_ids", "attn_mask"}) {
    if (name.ends_with(leaf)) return true;
  }
  for (const std::string_view whole : {"logit_scale", "logit_bias", "input_resolution", "context_length", "vocab_size"}) {
    if (name == whole) return true;
  }
  return false;
}

}  // namespace fovea::encoder
