#pragma once
// VisionTransformer is CLIP's image tower of the transformer kind.
//
// Owns:    its weights.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  pictures are [batch, side, side, 3] fp32, scaled by mean and std; features [batch, embed_dim]; without projection [batch, width].
#include <ATen/core/Tensor.h>

#include <optional>
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

  int64_t patch_size_, grid_;
  at::ScalarType type_;
  LinearLayer patch_;  // columns in the order of a picture's bytes
  at::Tensor class_token_, positions_;
  LayerNorm norm_before_;
  std::vector<TransformerBlock> blocks_;
  PooledBlock last_;
  LayerNorm norm_after_;
  std::optional<LinearLayer> projection_;
};

}  // namespace fovea::encoder
