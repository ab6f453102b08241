#include "encoder/vision_transformer.h"

#include <ATen/ATen.h>

#include "base/log.h"

namespace fovea::encoder {
namespace {

std::string BlockPrefix(int64_t i) { return StrCat("visual.transformer.resblocks.", i, "."); }

// The kernel of the patch convolution as a matrix over a patch's numbers.
at::Tensor PatchMatrix(WeightReader& reader) {
  const at::Tensor kernel = reader.Raw("visual.conv1.weight").permute({0, 2, 3, 1});
  return kernel.reshape({kernel.size(0), -1});
}

}  // namespace

VisionTransformer::VisionTransformer(WeightReader& reader, const VisionTransformerConfig& config)
    : patch_size_(config.patch_size), grid_(config.GridSide()), type_(reader.type()), patch_(reader, PatchMatrix(reader), {}, {}),
      class_token_(reader.Single("visual.class_embedding")), positions_(reader.Single("visual.positional_embedding")),
      norm_before_(reader, "visual.ln_pre", config.transformer.epsilon),
      last_(reader, BlockPrefix(config.transformer.layers - 1), config.transformer, Causal::kNo),
      norm_after_(reader, "visual.ln_post", config.transformer.epsilon) {
  if (reader.Has("visual.proj")) projection_.emplace(reader, reader.Raw("visual.proj").t(), at::Tensor(), LinearLayer::Options());
  for (int64_t i = 0; i + 1 < config.transformer.layers; ++i) blocks_.emplace_back(reader, BlockPrefix(i), config.transformer, Causal::kNo);
}

// The patch convolution has stride = kernel, so it is one matrix product over the patches.
at::Tensor VisionTransformer::Tokens(const at::Tensor& pictures) const {
  const int64_t batch = pictures.size(0), side = grid_ * patch_size_;
  const at::Tensor whole = pictures.narrow(1, 0, side).narrow(2, 0, side);
  const at::Tensor patches = whole.reshape({batch, grid_, patch_size_, grid_, patch_size_ * 3}).transpose(2, 3).reshape({batch, grid_ * grid_, -1});
  const at::Tensor embedded = patch_(patches.to(type_)).to(StreamType(positions_.device(), type_));
  const at::Tensor first = class_token_.to(embedded.scalar_type()).expand({batch, 1, class_token_.size(0)});
  return at::cat({first, embedded}, 1).add_(positions_.to(embedded.scalar_type()));
}

at::Tensor VisionTransformer::Forward(const at::Tensor& pictures) const {
  ResidualStream stream = norm_before_.Begin(Tokens(pictures));
  for (const TransformerBlock& block : blocks_) block.Forward(stream);
  const at::Tensor class_rows = at::zeros({stream.sum.size(0)}, stream.sum.options().dtype(at::kLong));
  ResidualStream pooled = last_.Forward(stream, class_rows);
  const at::Tensor normed = norm_after_(pooled);
  return projection_ ? (*projection_)(normed) : normed;
}

}  // namespace fovea::encoder
