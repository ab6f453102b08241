#include "encoder/modified_resnet.h"

#include <ATen/ATen.h>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr double kBatchNormEpsilon = 1e-5;
// The layout serves every batch of two pictures and more.
constexpr int64_t kBatchPackedFor = 8;

at::Tensor AveragePool(const at::Tensor& x, int64_t stride) { return stride == 1 ? x : at::avg_pool2d(x, {stride, stride}); }

}  // namespace

FoldedConvolution::FoldedConvolution(WeightReader& reader, const std::string& convolution, const std::string& norm, const Options& options)
    : after_(options.after) {
  const at::Tensor kernel = reader.Raw(convolution + ".weight");
  const at::Tensor scale = reader.Raw(norm + ".weight") / (reader.Raw(norm + ".running_var") + kBatchNormEpsilon).sqrt();
  weight_ = reader.ToCompute(kernel * scale.view({-1, 1, 1, 1})).contiguous(at::MemoryFormat::ChannelsLast);
  bias_ = reader.ToCompute(reader.Raw(norm + ".bias") - reader.Raw(norm + ".running_mean") * scale);
  shape_ = {.stride = options.stride, .padding = kernel.size(2) / 2, .side = options.side};
  packed_ = onednn::CanPack(weight_);
  if (!packed_) return;
  weight_ = onednn::PackConvolution(weight_, shape_, kBatchPackedFor);
  if (kernel.size(2) == 1 && reader.type() == at::kFloat) lone_ = std::make_unique<LoneForm>();
}

const at::Tensor& FoldedConvolution::WeightFor(const at::Tensor& x) const {
  if (x.size(0) > 1 || !lone_) return weight_;
  std::call_once(lone_->made, [this] {
    lone_->weight = onednn::PackConvolution(weight_.to_dense().contiguous(at::MemoryFormat::ChannelsLast), shape_, 1);
  });
  return lone_->weight;
}

at::Tensor FoldedConvolution::operator()(const at::Tensor& x) const {
  if (packed_) return onednn::Convolution(x, WeightFor(x), bias_, shape_, {.name = after_ == After::kRelu ? "relu" : "none", .algorithm = ""});
  const at::Tensor y = at::conv2d(x, weight_, bias_, {shape_.stride, shape_.stride}, {shape_.padding, shape_.padding});
  return after_ == After::kRelu ? at::relu(y) : y;
}

void FoldedConvolution::AddReluTo(at::Tensor& sum, const at::Tensor& x) const {
  if (packed_) return onednn::ConvolutionAddRelu(sum, x, WeightFor(x), bias_, shape_);
  sum = sum.add((*this)(x)).relu_();
}

Bottleneck::Bottleneck(WeightReader& reader, const std::string& prefix, const Options& options)
    : stride_(options.stride),
      first_(reader, prefix + "conv1", prefix + "bn1", {.side = options.side, .after = FoldedConvolution::After::kRelu}),
      second_(reader, prefix + "conv2", prefix + "bn2", {.side = options.side, .after = FoldedConvolution::After::kRelu}),
      third_(reader, prefix + "conv3", prefix + "bn3", {.side = options.side / options.stride}) {
  if (options.place == Place::kFirstOfStage) {
    shortcut_.emplace(reader, prefix + "downsample.0", prefix + "downsample.1", FoldedConvolution::Options{.side = options.side / options.stride});
  }
}

// Takes the place of `x` in memory where the shortcut is the input itself.
at::Tensor Bottleneck::Forward(at::Tensor x) const {
  const at::Tensor inner = AveragePool(second_(first_(x)), stride_);
  at::Tensor sum = shortcut_ ? (*shortcut_)(AveragePool(x, stride_)) : std::move(x);
  third_.AddReluTo(sum, inner);
  return sum;
}

AttentionPool::AttentionPool(WeightReader& reader, int64_t heads) : heads_(heads) {
  const std::string prefix = "visual.attnpool.";
  const auto weight = [&](const char* name) { return reader.Raw(prefix + name + ".weight"); };
  const auto bias = [&](const char* name) { return reader.Raw(prefix + name + ".bias"); };
  positions_ = reader.Single(prefix + "positional_embedding");
  query_ = {reader, weight("q_proj"), bias("q_proj"), {}};
  key_value_ = {reader, at::cat({weight("k_proj"), weight("v_proj")}, 0), at::cat({bias("k_proj"), bias("v_proj")}, 0), {}};
  out_ = {reader, weight("c_proj"), bias("c_proj"), {}};
}

at::Tensor AttentionPool::Forward(const at::Tensor& x) const {
  const int64_t batch = x.size(0), width = x.size(1);
  const at::Tensor places = x.flatten(2).transpose(1, 2);
  const at::Tensor tokens = at::cat({places.mean(1, true), places}, 1).add_(positions_.to(x.scalar_type()));
  const auto split = [&](const at::Tensor& t) { return t.reshape({batch, t.size(1), heads_, width / heads_}).transpose(1, 2); };
  const at::Tensor query = query_(tokens.narrow(1, 0, 1));
  const std::vector<at::Tensor> kv = key_value_(tokens).chunk(2, -1);
  const at::Tensor mixed = at::scaled_dot_product_attention(split(query), split(kv[0]), split(kv[1]));
  return out_(mixed.transpose(1, 2).reshape({batch, width}));
}

ModifiedResnet::ModifiedResnet(WeightReader& reader, const ModifiedResnetConfig& config) : type_(reader.type()), pool_(reader, config.heads) {
  const int64_t half = (config.image_size + 1) / 2;
  for (int64_t i = 1; i <= 3; ++i) {
    const FoldedConvolution::Options options = {.side = i == 1 ? config.image_size : half, .stride = i == 1 ? 2 : 1, .after = FoldedConvolution::After::kRelu};
    stem_.emplace_back(reader, StrCat("visual.conv", i), StrCat("visual.bn", i), options);
  }
  int64_t side = half / 2;
  for (size_t stage = 0; stage < config.blocks.size(); ++stage) {
    for (int64_t i = 0; i < config.blocks[stage]; ++i) {
      const bool first = i == 0;
      const int64_t stride = first && stage > 0 ? 2 : 1;
      const Bottleneck::Options options = {.side = side, .stride = stride, .place = first ? Bottleneck::Place::kFirstOfStage : Bottleneck::Place::kLater};
      blocks_.emplace_back(reader, StrCat("visual.layer", stage + 1, ".", i, "."), options);
      side /= stride;
    }
  }
}

at::Tensor ModifiedResnet::Forward(const at::Tensor& pictures) const {
  at::Tensor x = pictures.to(type_).permute({0, 3, 1, 2});  // channels last in memory, as the convolutions like it
  for (const FoldedConvolution& convolution : stem_) x = convolution(x);
  x = AveragePool(x, 2);
  for (const Bottleneck& block : blocks_) x = block.Forward(std::move(x));
  return pool_.Forward(x);
}

}  // namespace fovea::encoder
