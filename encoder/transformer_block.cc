#include "encoder/transformer_block.h"

#include <ATen/ATen.h>

namespace fovea::encoder {
namespace {

// QuickGELU is a * sigmoid(1.702 a) = silu(1.702 a) / 1.702: with the factor moved into the layers before and after it,
// one pass over the activations is left.
constexpr double kQuickGeluFactor = 1.702;

}  // namespace

LayerNorm::LayerNorm(WeightReader& reader, const std::string& key, double epsilon)
    : weight_(reader.Single(key + ".weight")), bias_(reader.Single(key + ".bias")), epsilon_(epsilon) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x.to(at::kFloat), {x.size(-1)}, weight_, bias_, epsilon_).to(x.scalar_type());
}

TransformerBlock::TransformerBlock(WeightReader& reader, const std::string& prefix, const TransformerConfig& config, Causal causal)
    : width_(config.width), heads_(config.heads), causal_(causal), activation_(config.activation),
      norm1_(reader, prefix + "ln_1", config.epsilon), norm2_(reader, prefix + "ln_2", config.epsilon),
      in_weight_(reader.Compute(prefix + "attn.in_proj_weight")), in_bias_(reader.Compute(prefix + "attn.in_proj_bias")),
      out_weight_(reader.Compute(prefix + "attn.out_proj.weight")), out_bias_(reader.Compute(prefix + "attn.out_proj.bias")),
      proj_bias_(reader.Compute(prefix + "mlp.c_proj.bias")) {
  const double factor = activation_ == Activation::kQuickGelu ? kQuickGeluFactor : 1;
  fc_weight_ = reader.ToCompute(reader.Raw(prefix + "mlp.c_fc.weight") * factor);
  fc_bias_ = reader.ToCompute(reader.Raw(prefix + "mlp.c_fc.bias") * factor);
  proj_weight_ = reader.ToCompute(reader.Raw(prefix + "mlp.c_proj.weight") / factor);
}

at::Tensor TransformerBlock::Heads(const at::Tensor& x) const {
  return x.view({x.size(0), x.size(1), heads_, width_ / heads_}).transpose(1, 2);
}

at::Tensor TransformerBlock::Mlp(const at::Tensor& x) const {
  at::Tensor hidden = at::linear(norm2_(x), fc_weight_, fc_bias_);
  switch (activation_) {
    case Activation::kQuickGelu: at::silu_(hidden); break;
    case Activation::kGelu: at::gelu_(hidden, "none"); break;
    case Activation::kGeluTanh: at::gelu_(hidden, "tanh"); break;
  }
  return at::linear(hidden, proj_weight_, proj_bias_);
}

at::Tensor TransformerBlock::Forward(const at::Tensor& x) const {
  const std::vector<at::Tensor> qkv = at::linear(norm1_(x), in_weight_, in_bias_).chunk(3, -1);
  const at::Tensor mixed = at::scaled_dot_product_attention(Heads(qkv[0]), Heads(qkv[1]), Heads(qkv[2]), {}, 0.0, causal_ == Causal::kYes);
  const at::Tensor joined = mixed.transpose(1, 2).reshape(x.sizes());
  const at::Tensor after = x + at::linear(joined, out_weight_, out_bias_);
  return after + Mlp(after);
}

at::Tensor TransformerBlock::ForwardRows(const at::Tensor& x, const at::Tensor& rows) const {
  const int64_t batch = x.size(0), tokens = x.size(1);
  const at::Tensor each = at::arange(batch, rows.options());
  const at::Tensor normed = norm1_(x);
  const at::Tensor query = at::linear(normed.index({each, rows}), in_weight_.narrow(0, 0, width_), in_bias_.narrow(0, 0, width_));
  const std::vector<at::Tensor> kv =
      at::linear(normed, in_weight_.narrow(0, width_, 2 * width_), in_bias_.narrow(0, width_, 2 * width_)).chunk(2, -1);
  c10::optional<at::Tensor> mask;
  if (causal_ == Causal::kYes) {
    mask = at::arange(tokens, rows.options()).unsqueeze(0).le(rows.unsqueeze(1)).view({batch, 1, 1, tokens});
  }
  const at::Tensor mixed = at::scaled_dot_product_attention(Heads(query.unsqueeze(1)), Heads(kv[0]), Heads(kv[1]), mask);
  const at::Tensor joined = mixed.transpose(1, 2).reshape({batch, width_});
  const at::Tensor after = x.index({each, rows}) + at::linear(joined, out_weight_, out_bias_);
  return after + Mlp(after);
}

}  // namespace fovea::encoder
