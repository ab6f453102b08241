#pragma once
// ModifiedResnet is CLIP's image tower of the convolutional kind: a three-layer stem, pools in place of strides, and
// attention in place of the last pool.
//
// Owns:    its weights; every BatchNorm is folded into the convolution before it.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  pictures are [batch, side, side, 3] fp32, scaled by mean and std; features [batch, embed_dim].
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "encoder/clip_config.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

// A convolution with the BatchNorm that follows it.
class FoldedConvolution {
 public:
  FoldedConvolution(WeightReader& reader, const std::string& convolution, const std::string& norm, int64_t stride);
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  int64_t stride_, padding_;
};

class Bottleneck {
 public:
  enum class Place { kFirstOfStage, kLater };
  Bottleneck(WeightReader& reader, const std::string& prefix, int64_t stride, Place place);
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  int64_t stride_;
  FoldedConvolution first_, second_, third_;
  std::optional<FoldedConvolution> shortcut_;
};

// Attention whose query is the mean of all places.
class AttentionPool {
 public:
  AttentionPool(WeightReader& reader, int64_t heads);
  at::Tensor Forward(const at::Tensor& x) const;

 private:
  int64_t heads_;
  at::Tensor positions_, query_weight_, query_bias_, key_value_weight_, key_value_bias_, out_weight_, out_bias_;
};

class ModifiedResnet {
 public:
  ModifiedResnet(WeightReader& reader, const ModifiedResnetConfig& config);
  at::Tensor Forward(const at::Tensor& pictures) const;

 private:
  at::ScalarType type_;
  std::vector<FoldedConvolution> stem_;
  std::vector<Bottleneck> blocks_;
  AttentionPool pool_;
};

}  // namespace fovea::encoder
