#pragma once
// VisionTransformer is CLIP's image tower of the transformer kind.
//
// Owns:    its weights.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  pictures are [batch, side, side, 3] fp32, scaled by mean and std; features [batch, embed_dim].
#include <ATen/core/Tensor.h>

#include <vector>

#include "encoder/clip_config.h"
#include "encoder/transformer_block.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

class VisionTransformer {
 public:
  VisionTransformer(WeightReader& reader, const VisionTransformerConfig& config);
  at::Tensor Forward(const at::Tensor& pictures) const;

 private:
  at::Tensor Tokens(const at::Tensor& pictures) const;

  int64_t patch_, grid_;
  at::ScalarType type_;
  at::Tensor patch_weight_;  // [width, patch * patch * 3], columns in the order of a picture's bytes
  at::Tensor class_token_, positions_;
  LayerNorm norm_before_, norm_after_;
  std::vector<TransformerBlock> blocks_;
  at::Tensor projection_;
};

}  // namespace fovea::encoder
