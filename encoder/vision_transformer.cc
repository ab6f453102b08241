#include "encoder/vision_transformer.h"

#include <ATen/ATen.h>

#include "base/log.h"

namespace fovea::encoder {

VisionTransformer::VisionTransformer(WeightReader& reader, const VisionTransformerConfig& config)
    : patch_(config.patch_size), grid_(config.GridSide()), type_(reader.type()),
      class_token_(reader.Single("visual.class_embedding")), positions_(reader.Single("visual.positional_embedding")),
      norm_before_(reader, "visual.ln_pre", config.transformer.epsilon), norm_after_(reader, "visual.ln_post", config.transformer.epsilon),
      projection_(reader.Compute("visual.proj")) {
  const at::Tensor kernel = reader.Raw("visual.conv1.weight").permute({0, 2, 3, 1});
  patch_weight_ = reader.ToCompute(kernel.reshape({kernel.size(0), -1}));
  for (int64_t i = 0; i < config.transformer.layers; ++i) {
    blocks_.emplace_back(reader, StrCat("visual.transformer.resblocks.", i, "."), config.transformer, Causal::kNo);
  }
}

// The patch convolution has stride = kernel, so it is one matrix product over the patches.
at::Tensor VisionTransformer::Tokens(const at::Tensor& pictures) const {
  const int64_t batch = pictures.size(0), side = grid_ * patch_;
  const at::Tensor whole = pictures.narrow(1, 0, side).narrow(2, 0, side);
  const at::Tensor patches = whole.reshape({batch, grid_, patch_, grid_, patch_ * 3}).transpose(2, 3).reshape({batch, grid_ * grid_, -1});
  const at::Tensor embedded = at::linear(patches.to(type_), patch_weight_);
  const at::Tensor first = class_token_.to(type_).expand({batch, 1, class_token_.size(0)});
  return at::cat({first, embedded}, 1).add_(positions_.to(type_));
}

at::Tensor VisionTransformer::Forward(const at::Tensor& pictures) const {
  at::Tensor x = norm_before_(Tokens(pictures));
  for (size_t i = 0; i + 1 < blocks_.size(); ++i) x = blocks_[i].Forward(x);
  const at::Tensor class_rows = at::zeros({x.size(0)}, x.options().dtype(at::kLong));
  return at::matmul(norm_after_(blocks_.back().ForwardRows(x, class_rows)), projection_);
}

}  // namespace fovea::encoder
