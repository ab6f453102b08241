#pragma once
// ClipConfig says of a CLIP model what its tensors do not: sizes, heads, activation, epsilon, preprocessing.
//
// Owns:    nothing; values.
// Threads: value types.
// Errors:  none here; the readers of the two layouts check every field.
// Units:   widths in channels, sizes in pixels. `mlp_width` is the width between the two layers of a block's MLP.
#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "encoder/preprocess_profile.h"

namespace fovea::encoder {

enum class Activation { kQuickGelu, kGelu, kGeluTanh };

// A stack of pre-norm residual attention blocks, as both towers have it.
struct TransformerConfig {
  int64_t width = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t mlp_width = 0;
  Activation activation = Activation::kQuickGelu;
  double epsilon = 1e-5;  // of every LayerNorm of the tower
  // LayerScale: each branch is multiplied by a vector (ls_1.gamma, ls_2.gamma) before it is added to the stream.
  bool layer_scale = false;
};

struct VisionTransformerConfig {
  TransformerConfig transformer;
  int64_t patch_size = 0;
  int64_t image_size = 0;
  int64_t GridSide() const { return image_size / patch_size; }
};

struct ModifiedResnetConfig {
  std::array<int64_t, 4> blocks = {};  // per stage
  int64_t width = 0;                   // planes of the first stage
  int64_t heads = 0;                   // of the attention pool
  int64_t image_size = 0;
  int64_t GridSide() const { return image_size / 32; }
  int64_t PooledWidth() const { return width * 32; }
};

struct TextConfig {
  TransformerConfig transformer;
  int64_t context_length = 0;
  int64_t vocab_size = 0;
  // The id whose first place is pooled, where the file names one; else the largest id in the row.
  int64_t end_id = -1;
  bool projection_bias = false;  // text_projection.bias is added to the projected feature
};

// Who wrote the files: transformers, open_clip, or OpenAI, whose files have no configuration.
enum class Layout { kHuggingFace, kOpenClip, kOpenAi };
// "huggingface", "open_clip", "openai"
const char* LayoutName(Layout layout);

// Which towers there are: both, save in transformers' exports of one alone. What is said of the other has no meaning then.
enum class Towers { kBoth, kImage, kText };

struct ClipConfig {
  Layout layout = Layout::kOpenClip;
  Towers towers = Towers::kBoth;
  // Without it (a one-tower export may lack it) the features are what the tower's last norm gives, as wide as the tower.
  bool projected = true;
  int64_t embed_dim = 0;
  std::variant<VisionTransformerConfig, ModifiedResnetConfig> vision;
  TextConfig text;
  PreprocessProfile preprocess;

  bool HasImageTower() const { return towers != Towers::kText; }
  bool HasTextTower() const { return towers != Towers::kImage; }
  int64_t ImageSize() const;
  // "ViT 12 x 768, patch 32, 224 px; text 12 x 512"
  std::string Architecture() const;
};

}  // namespace fovea::encoder
