#include "encoder/text_transformer.h"

#include <ATen/ATen.h>

#include "base/log.h"

namespace fovea::encoder {
namespace {

int64_t MultiplicationsPerToken(const TransformerConfig& config) {
  return config.layers * config.width * (4 * config.width + 2 * config.mlp_width);
}

}  // namespace

TextTransformer::TextTransformer(WeightReader& reader, const TextConfig& config)
    : multiplications_per_token_(MultiplicationsPerToken(config.transformer)), type_(reader.type()), embedding_(reader.Single("token_embedding.weight")), positions_(reader.Single("positional_embedding")),
      norm_(reader, "ln_final", config.transformer.epsilon), projection_(reader.Compute("text_projection")) {
  for (int64_t i = 0; i < config.transformer.layers; ++i) {
    blocks_.emplace_back(reader, StrCat("transformer.resblocks.", i, "."), config.transformer, Causal::kYes);
  }
}

at::Tensor TextTransformer::Forward(const at::Tensor& tokens) const {
  const at::Tensor ends = tokens.argmax(1);
  at::Tensor x = at::embedding(embedding_, tokens).to(type_).add_(positions_.narrow(0, 0, tokens.size(1)).to(type_));
  for (size_t i = 0; i + 1 < blocks_.size(); ++i) x = blocks_[i].Forward(x);
  return at::matmul(norm_(blocks_.back().ForwardRows(x, ends)), projection_);
}

}  // namespace fovea::encoder
