#pragma once
// TextTransformer is CLIP's text tower.
//
// Owns:    its weights.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  tokens are [batch, length] int64 with length <= context_length; features [batch, embed_dim]. A row's feature
//          is taken where its largest id stands first, and what follows that place has no influence.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "encoder/clip_config.h"
#include "encoder/transformer_block.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

class TextTransformer {
 public:
  TextTransformer(WeightReader& reader, const TextConfig& config);
  at::Tensor Forward(const at::Tensor& tokens) const;
  // What one token costs in the blocks' matrix products (attention's own, small for short texts, left out).
  int64_t multiplications_per_token() const { return multiplications_per_token_; }

 private:
  int64_t multiplications_per_token_;
  at::ScalarType stream_type_;
  at::Tensor embedding_, positions_;
  std::vector<TransformerBlock> blocks_;
  PooledBlock last_;
  LayerNorm norm_;
  std::optional<LinearLayer> projection_;
};

}  // namespace fovea::encoder
