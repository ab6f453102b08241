#include "encoder/text_transformer.h"

#include <ATen/ATen.h>

#include "base/log.h"

namespace fovea::encoder {
namespace {

int64_t MultiplicationsPerToken(const TransformerConfig& config) {
  return config.layers * config.width * (4 * config.width + 2 * config.mlp_width);
}

std::string BlockPrefix(int64_t i) { return StrCat("transformer.resblocks.", i, "."); }

std::optional<LinearLayer> Projection(WeightReader& reader, bool with_bias) {
  if (!reader.Has("text_projection")) return std::nullopt;
  return LinearLayer{reader, reader.Raw("text_projection").t(), with_bias ? reader.Raw("text_projection.bias") : at::Tensor(), {}};
}

}  // namespace

TextTransformer::TextTransformer(WeightReader& reader, const TextConfig& config)
    : multiplications_per_token_(MultiplicationsPerToken(config.transformer)), embedding_(reader.Single("token_embedding.weight")),
      positions_(reader.Single("positional_embedding")),
      last_(reader, BlockPrefix(config.transformer.layers - 1), config.transformer, Causal::kYes),
      norm_(reader, "ln_final", config.transformer.epsilon), projection_(Projection(reader, config.projection_bias)) {
  stream_type_ = StreamType(embedding_.device(), reader.type());
  for (int64_t i = 0; i + 1 < config.transformer.layers; ++i) blocks_.emplace_back(reader, BlockPrefix(i), config.transformer, Causal::kYes);
}

at::Tensor TextTransformer::Forward(const at::Tensor& tokens) const {
  const at::Tensor ends = tokens.argmax(1);
  const at::Tensor embedded = at::embedding(embedding_, tokens).to(stream_type_);
  ResidualStream stream{.sum = embedded + positions_.narrow(0, 0, tokens.size(1)).to(stream_type_), .pending = {}};
  for (const TransformerBlock& block : blocks_) block.Forward(stream);
  ResidualStream pooled = last_.Forward(stream, ends);
  const at::Tensor normed = norm_(pooled);
  return projection_ ? (*projection_)(normed) : normed;
}

}  // namespace fovea::encoder
