#include "encoder/transformer_block.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <optional>
#include <vector>

#include "encoder/bf16_attention.h"

namespace fovea::encoder {
namespace {

// QuickGELU is a * sigmoid(1.702 a) = silu(1.702 a) / 1.702: with the factor moved into the layers before and after it,
// one pass over the activations is left.
constexpr double kQuickGeluFactor = 1.702;

double Factor(Activation activation) { return activation == Activation::kQuickGelu ? kQuickGeluFactor : 1; }

LinearLayer::After Applied(Activation activation) {
  switch (activation) {
    case Activation::kQuickGelu: return LinearLayer::After::kSilu;
    case Activation::kGelu: return LinearLayer::After::kGelu;
    default: return LinearLayer::After::kGeluTanh;
  }
}

// A layer that ends a branch: LayerScale multiplies its outputs.
LinearLayer EndOfBranch(WeightReader& reader, const std::string& key, const std::string& scale_key, double factor) {
  const LinearLayer::Options options = {.may_be_int8 = true, .input_is_gated = key.ends_with("c_proj")};
  at::Tensor weight = reader.Raw(key + ".weight"), bias = reader.Raw(key + ".bias");
  if (factor != 1) weight = weight / factor;
  if (scale_key.empty()) return {reader, weight, bias, options};
  const at::Tensor scale = reader.Raw(scale_key);
  return {reader, weight * scale.unsqueeze(1), bias * scale, options};
}

LinearLayer FirstOfMlp(WeightReader& reader, const std::string& key, Activation activation) {
  const at::Tensor weight = reader.Raw(key + ".weight"), bias = reader.Raw(key + ".bias");
  const double factor = Factor(activation);
  const LinearLayer::Options options = {.after = Applied(activation), .may_be_int8 = true};
  if (factor == 1) return {reader, weight, bias, options};
  return {reader, weight * factor, bias * factor, options};
}

at::Tensor SplitHeads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

// All heads of a contiguous [batch, tokens, 3 * width] in bf16, side by side as the output layer wants them.
at::Tensor Bf16Heads(const at::Tensor& qkv, int64_t heads, Causal causal) {
  const int64_t batch = qkv.size(0), tokens = qkv.size(1), width = qkv.size(2) / 3, head_width = width / heads;
  at::Tensor joined = at::empty({batch, tokens, width}, qkv.options());
  const auto* from = reinterpret_cast<const Bfloat16*>(qkv.const_data_ptr<at::BFloat16>());
  auto* to = reinterpret_cast<Bfloat16*>(joined.mutable_data_ptr<at::BFloat16>());
  const Bf16Attention::Shape shape{.tokens = tokens, .width = head_width, .stride = 3 * width, .out_stride = width, .causal = causal == Causal::kYes};
  at::parallel_for(0, batch * heads, 1, [&](int64_t first, int64_t end) {
    Bf16Attention attention(shape);
    for (int64_t i = first; i < end; ++i) {
      const int64_t picture = i / heads, offset = i % heads * head_width;
      const Bfloat16* q = from + picture * tokens * 3 * width + offset;
      attention.Run({.q = q, .k = q + width, .v = q + 2 * width, .out = to + picture * tokens * width + offset});
    }
  });
  return joined;
}

at::Tensor Attend(const at::Tensor& qkv, int64_t heads, Causal causal) {
  const bool even = qkv.size(2) / 3 / heads % 2 == 0;
  if (qkv.is_cpu() && qkv.scalar_type() == at::kBFloat16 && even && Bf16Attention::IsThere()) return Bf16Heads(qkv.contiguous(), heads, causal);
  const std::vector<at::Tensor> parts = qkv.chunk(3, -1);
  const at::Tensor mixed = at::scaled_dot_product_attention(SplitHeads(parts[0], heads), SplitHeads(parts[1], heads), SplitHeads(parts[2], heads),
                                                            {}, 0.0, causal == Causal::kYes);
  return mixed.transpose(1, 2).reshape(parts[0].sizes());
}

}  // namespace

BlockTail::BlockTail(WeightReader& reader, const std::string& prefix, const TransformerConfig& config)
    : out_(EndOfBranch(reader, prefix + "attn.out_proj", config.layer_scale ? prefix + "ls_1.gamma" : "", 1)),
      norm_(reader, prefix + "ln_2", config.epsilon), fc_(FirstOfMlp(reader, prefix + "mlp.c_fc", config.activation)),
      proj_(EndOfBranch(reader, prefix + "mlp.c_proj", config.layer_scale ? prefix + "ls_2.gamma" : "", Factor(config.activation))) {}

void BlockTail::Forward(ResidualStream& stream, const at::Tensor& joined) const {
  stream.pending = out_(joined);
  stream.pending = proj_(fc_(norm_(stream)));
}

TransformerBlock::TransformerBlock(WeightReader& reader, const std::string& prefix, const TransformerConfig& config, Causal causal)
    : heads_(config.heads), causal_(causal), norm_(reader, prefix + "ln_1", config.epsilon),
      in_(reader, reader.Raw(prefix + "attn.in_proj_weight"), reader.Raw(prefix + "attn.in_proj_bias"), {.may_be_int8 = true}), tail_(reader, prefix, config) {}

void TransformerBlock::Forward(ResidualStream& stream) const { tail_.Forward(stream, Attend(in_(norm_(stream)), heads_, causal_)); }

PooledBlock::PooledBlock(WeightReader& reader, const std::string& prefix, const TransformerConfig& config, Causal causal)
    : heads_(config.heads), causal_(causal), norm_(reader, prefix + "ln_1", config.epsilon), tail_(reader, prefix, config) {
  const int64_t width = config.width;
  const at::Tensor weight = reader.Raw(prefix + "attn.in_proj_weight"), bias = reader.Raw(prefix + "attn.in_proj_bias");
  query_ = {reader, weight.narrow(0, 0, width), bias.narrow(0, 0, width), {.may_be_int8 = true}};
  key_value_ = {reader, weight.narrow(0, width, 2 * width), bias.narrow(0, width, 2 * width), {.may_be_int8 = true}};
}

ResidualStream PooledBlock::Forward(ResidualStream& stream, const at::Tensor& rows) const {
  const int64_t batch = stream.sum.size(0), tokens = stream.sum.size(1), width = stream.sum.size(2);
  const at::Tensor each = at::arange(batch, rows.options());
  const at::Tensor normed = norm_(stream);
  const at::Tensor query = query_(normed.index({each, rows}));
  const std::vector<at::Tensor> kv = key_value_(normed).chunk(2, -1);
  std::optional<at::Tensor> mask;
  if (causal_ == Causal::kYes) {
    mask = at::arange(tokens, rows.options()).unsqueeze(0).le(rows.unsqueeze(1)).view({batch, 1, 1, tokens});
  }
  const at::Tensor mixed =
      at::scaled_dot_product_attention(SplitHeads(query.unsqueeze(1), heads_), SplitHeads(kv[0], heads_), SplitHeads(kv[1], heads_), mask);
  ResidualStream pooled{.sum = stream.sum.index({each, rows}), .pending = {}};
  tail_.Forward(pooled, mixed.transpose(1, 2).reshape({batch, width}));
  return pooled;
}

}  // namespace fovea::encoder
