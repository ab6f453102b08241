#pragma once
// TransformerBlock is one pre-norm residual attention block, as both towers stack it.
//
// Owns:    its weights.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  x is [batch, tokens, width] in the number format of the matrices.
#include <ATen/core/Tensor.h>

#include <string>

#include "encoder/clip_config.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

// A LayerNorm; computed in fp32 whatever the input, and given back in the input's number format.
class LayerNorm {
 public:
  LayerNorm(WeightReader& reader, const std::string& key, double epsilon);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  double epsilon_;
};

enum class Causal { kNo, kYes };

class TransformerBlock {
 public:
  // `prefix` ends in a dot: "visual.transformer.resblocks.0."
  TransformerBlock(WeightReader& reader, const std::string& prefix, const TransformerConfig& config, Causal causal);

  at::Tensor Forward(const at::Tensor& x) const;
  // As Forward, but only the one row per batch entry that `rows` ([batch], int64) names is worked out: [batch, width].
  at::Tensor ForwardRows(const at::Tensor& x, const at::Tensor& rows) const;

 private:
  at::Tensor Heads(const at::Tensor& x) const;
  at::Tensor Mlp(const at::Tensor& x) const;

  int64_t width_, heads_;
  Causal causal_;
  Activation activation_;
  LayerNorm norm1_, norm2_;
  at::Tensor in_weight_, in_bias_, out_weight_, out_bias_;
  at::Tensor fc_weight_, fc_bias_, proj_weight_, proj_bias_;
};

}  // namespace fovea::encoder
