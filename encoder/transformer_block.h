#pragma once
// TransformerBlock is one pre-norm residual attention block, as both towers stack it; PooledBlock is the last one of a stack,
// which works out only the one row per input that is pooled.
//
// Owns:    its weights.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  the stream is [batch, tokens, width]. Formula: clip x <- x + Attention(ln_1(x)), x <- x + MLP(ln_2(x)) (Radford et al.
//          2021); LayerScale, where a model has it, is folded into the layers that end a branch.
#include <ATen/core/Tensor.h>

#include <string>

#include "encoder/clip_config.h"
#include "encoder/linear_layer.h"
#include "encoder/residual_stream.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

enum class Causal { kNo, kYes };

// What follows attention in a block: its output layer and the MLP, each added to the stream.
class BlockTail {
 public:
  BlockTail(WeightReader& reader, const std::string& prefix, const TransformerConfig& config);
  // `joined`: the heads' results side by side, of the stream's shape.
  void Forward(ResidualStream& stream, const at::Tensor& joined) const;

 private:
  LinearLayer out_;
  LayerNorm norm_;
  LinearLayer fc_, proj_;
};

class TransformerBlock {
 public:
  // `prefix` ends in a dot: "visual.transformer.resblocks.0."
  TransformerBlock(WeightReader& reader, const std::string& prefix, const TransformerConfig& config, Causal causal);
  void Forward(ResidualStream& stream) const;

 private:
  int64_t heads_;
  Causal causal_;
  LayerNorm norm_;
  LinearLayer in_;
  BlockTail tail_;
};

class PooledBlock {
 public:
  PooledBlock(WeightReader& reader, const std::string& prefix, const TransformerConfig& config, Causal causal);
  // The stream of one row per input, [batch, width]: the one that `rows` ([batch], int64) names.
  ResidualStream Forward(ResidualStream& stream, const at::Tensor& rows) const;

 private:
  int64_t heads_;
  Causal causal_;
  LayerNorm norm_;
  LinearLayer query_, key_value_;
  BlockTail tail_;
};

}  // namespace fovea::encoder
