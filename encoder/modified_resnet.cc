#include "encoder/modified_resnet.h"

#include <ATen/ATen.h>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr double kBatchNormEpsilon = 1e-5;

at::Tensor AveragePool(const at::Tensor& x, int64_t stride) { return stride == 1 ? x : at::avg_pool2d(x, {stride, stride}); }

}  // namespace

FoldedConvolution::FoldedConvolution(WeightReader& reader, const std::string& convolution, const std::string& norm, int64_t stride)
    : stride_(stride) {
  const at::Tensor kernel = reader.Raw(convolution + ".weight");
  const at::Tensor scale = reader.Raw(norm + ".weight") / (reader.Raw(norm + ".running_var") + kBatchNormEpsilon).sqrt();
  weight_ = reader.ToCompute(kernel * scale.view({-1, 1, 1, 1})).contiguous(at::MemoryFormat::ChannelsLast);
  bias_ = reader.ToCompute(reader.Raw(norm + ".bias") - reader.Raw(norm + ".running_mean") * scale);
  padding_ = kernel.size(2) / 2;
}

at::Tensor FoldedConvolution::operator()(const at::Tensor& x) const {
  return at::conv2d(x, weight_, bias_, {stride_, stride_}, {padding_, padding_});
}

Bottleneck::Bottleneck(WeightReader& reader, const std::string& prefix, int64_t stride, Place place)
    : stride_(stride), first_(reader, prefix + "conv1", prefix + "bn1", 1), second_(reader, prefix + "conv2", prefix + "bn2", 1),
      third_(reader, prefix + "conv3", prefix + "bn3", 1) {
  if (place == Place::kFirstOfStage) shortcut_.emplace(reader, prefix + "downsample.0", prefix + "downsample.1", 1);
}

at::Tensor Bottleneck::Forward(const at::Tensor& x) const {
  const at::Tensor inner = second_(first_(x).relu_()).relu_();
  at::Tensor out = third_(AveragePool(inner, stride_));
  out.add_(shortcut_ ? (*shortcut_)(AveragePool(x, stride_)) : x);
  return out.relu_();
}

AttentionPool::AttentionPool(WeightReader& reader, int64_t heads) : heads_(heads) {
  const std::string prefix = "visual.attnpool.";
  positions_ = reader.Single(prefix + "positional_embedding");
  query_weight_ = reader.Compute(prefix + "q_proj.weight");
  query_bias_ = reader.Compute(prefix + "q_proj.bias");
  key_value_weight_ = reader.ToCompute(at::cat({reader.Raw(prefix + "k_proj.weight"), reader.Raw(prefix + "v_proj.weight")}, 0));
  key_value_bias_ = reader.ToCompute(at::cat({reader.Raw(prefix + "k_proj.bias"), reader.Raw(prefix + "v_proj.bias")}, 0));
  out_weight_ = reader.Compute(prefix + "c_proj.weight");
  out_bias_ = reader.Compute(prefix + "c_proj.bias");
}

at::Tensor AttentionPool::Forward(const at::Tensor& x) const {
  const int64_t batch = x.size(0), width = x.size(1);
  const at::Tensor places = x.flatten(2).transpose(1, 2);
  const at::Tensor tokens = at::cat({places.mean(1, true), places}, 1).add_(positions_.to(x.scalar_type()));
  const auto split = [&](const at::Tensor& t) { return t.reshape({batch, t.size(1), heads_, width / heads_}).transpose(1, 2); };
  const at::Tensor query = at::linear(tokens.narrow(1, 0, 1), query_weight_, query_bias_);
  const std::vector<at::Tensor> kv = at::linear(tokens, key_value_weight_, key_value_bias_).chunk(2, -1);
  const at::Tensor mixed = at::scaled_dot_product_attention(split(query), split(kv[0]), split(kv[1]));
  return at::linear(mixed.transpose(1, 2).reshape({batch, width}), out_weight_, out_bias_);
}

ModifiedResnet::ModifiedResnet(WeightReader& reader, const ModifiedResnetConfig& config) : type_(reader.type()), pool_(reader, config.heads) {
  for (int64_t i = 1; i <= 3; ++i) {
    stem_.emplace_back(reader, StrCat("visual.conv", i), StrCat("visual.bn", i), i == 1 ? 2 : 1);
  }
  for (size_t stage = 0; stage < config.blocks.size(); ++stage) {
    for (int64_t i = 0; i < config.blocks[stage]; ++i) {
      const bool first = i == 0;
      blocks_.emplace_back(reader, StrCat("visual.layer", stage + 1, ".", i, "."), first && stage > 0 ? 2 : 1,
                           first ? Bottleneck::Place::kFirstOfStage : Bottleneck::Place::kLater);
    }
  }
}

at::Tensor ModifiedResnet::Forward(const at::Tensor& pictures) const {
  at::Tensor x = pictures.to(type_).permute({0, 3, 1, 2});  // channels last in memory, as the convolutions like it
  for (const FoldedConvolution& convolution : stem_) x = convolution(x).relu_();
  x = AveragePool(x, 2);
  for (const Bottleneck& block : blocks_) x = block.Forward(x);
  return pool_.Forward(x);
}

}  // namespace fovea::encoder
