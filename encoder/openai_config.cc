#include "encoder/openai_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr int64_t kHeadWidth = 64;
constexpr int64_t kMlpRatio = 4;
constexpr int64_t kResnetStride = 32;
constexpr int64_t kMostLayers = 1024;
constexpr int64_t kMostWidth = 1 << 16;
// Widths of open_clip's ViT-H, g and bigG, whose heads are wider than 64: their tensors do not tell.
constexpr std::array<int64_t, 3> kOtherHeads = {1280, 1408, 1664};

// Asks for shapes by name.
class Shapes {
 public:
  explicit Shapes(const TensorFile& file) : file_(file) {}

  bool Has(const std::string& key) const { return file_.tensors().contains(key); }

  Result<Shape> Of(const std::string& key, size_t dimensions) const {
    const auto found = file_.tensors().find(key);
    if (found == file_.tensors().end()) return Failed(Corrupt(StrCat(file_.path(), ": missing \"", key, "\", expected the tensors of an OpenAI CLIP model")));
    const Shape& shape = found->second.shape;
    const bool sane = shape.size() == dimensions && std::ranges::all_of(shape, [](int64_t extent) { return extent >= 1; });
    if (!sane) return Failed(Wrong(key, StrCat(dimensions, " dimensions, none empty")));
    return shape;
  }

  // The first extent, where it is a width of channels.
  Result<int64_t> Width(const std::string& key, size_t dimensions) const {
    ASSIGN_OR_RETURN(const Shape shape, Of(key, dimensions));
    if (shape[0] > kMostWidth) return Failed(Wrong(key, StrCat("at most ", kMostWidth, " channels")));
    return shape[0];
  }

  // How many different parts follow `prefix` in the names, up to the next dot.
  Result<int64_t> Count(const std::string& prefix) const {
    std::set<std::string> parts;
    for (auto at = file_.tensors().lower_bound(prefix); at != file_.tensors().end() && at->first.starts_with(prefix); ++at) {
      parts.insert(at->first.substr(prefix.size(), at->first.find('.', prefix.size()) - prefix.size()));
    }
    const auto count = static_cast<int64_t>(parts.size());
    if (count < 1 || count > kMostLayers) {
      return Failed(Corrupt(StrCat(file_.path(), ": \"", prefix, "N\": found ", count, " layers, expected 1 to ", kMostLayers)));
    }
    return count;
  }

  // The side of the grid whose places, and one more, a table of positions has rows for.
  Result<int64_t> GridSide(const std::string& key) const {
    ASSIGN_OR_RETURN(const Shape shape, Of(key, 2));
    const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(shape[0] - 1))));
    if (side < 1 || side > kMostWidth || side * side + 1 != shape[0]) return Failed(Wrong(key, "a square number of rows and one more"));
    return side;
  }

  Status Wrong(const std::string& key, const std::string& expected) const {
    return Corrupt(StrCat(file_.path(), ": \"", key, "\" has shape ", ToString(file_.tensors().at(key).shape), ", expected ", expected));
  }

 private:
  const TensorFile& file_;
};

Result<TransformerConfig> Stack(const Shapes& shapes, const std::string& key, int64_t width, const std::string& blocks) {
  if (width % kHeadWidth != 0) return Failed(shapes.Wrong(key, StrCat("a width of whole heads of ", kHeadWidth, ", as OpenAI's models have them")));
  ASSIGN_OR_RETURN(const int64_t layers, shapes.Count(blocks));
  return TransformerConfig{.width = width, .layers = layers, .heads = width / kHeadWidth, .mlp_width = kMlpRatio * width};
}

Result<VisionTransformerConfig> InferVit(const Shapes& shapes) {
  VisionTransformerConfig config;
  ASSIGN_OR_RETURN(const Shape kernel, shapes.Of("visual.conv1.weight", 4));
  ASSIGN_OR_RETURN(const int64_t width, shapes.Width("visual.conv1.weight", 4));
  ASSIGN_OR_RETURN(config.transformer, Stack(shapes, "visual.conv1.weight", width, "visual.transformer.resblocks."));
  ASSIGN_OR_RETURN(const int64_t side, shapes.GridSide("visual.positional_embedding"));
  config.patch_size = kernel[3];
  if (config.patch_size > 4096 / side) return Failed(shapes.Wrong("visual.conv1.weight", "patches that make a picture of at most 4096 pixels"));
  config.image_size = config.patch_size * side;
  return config;
}

Result<ModifiedResnetConfig> InferResnet(const Shapes& shapes) {
  ModifiedResnetConfig config;
  ASSIGN_OR_RETURN(config.width, shapes.Width("visual.layer1.0.conv1.weight", 4));
  if (config.width % 2 != 0) return Failed(shapes.Wrong("visual.layer1.0.conv1.weight", "an even width"));
  for (size_t stage = 0; stage < config.blocks.size(); ++stage) {
    ASSIGN_OR_RETURN(config.blocks[stage], shapes.Count(StrCat("visual.layer", stage + 1, ".")));
  }
  ASSIGN_OR_RETURN(const int64_t side, shapes.GridSide("visual.attnpool.positional_embedding"));
  if (side > 4096 / kResnetStride) return Failed(shapes.Wrong("visual.attnpool.positional_embedding", "places of a picture of at most 4096 pixels"));
  config.image_size = side * kResnetStride;
  config.heads = config.PooledWidth() / kHeadWidth;
  return config;
}

Status InferText(const Shapes& shapes, ClipConfig& config) {
  TextConfig& text = config.text;
  ASSIGN_OR_RETURN(const int64_t width, shapes.Width("ln_final.weight", 1));
  ASSIGN_OR_RETURN(text.transformer, Stack(shapes, "ln_final.weight", width, "transformer.resblocks."));
  ASSIGN_OR_RETURN(const Shape positions, shapes.Of("positional_embedding", 2));
  ASSIGN_OR_RETURN(const Shape tokens, shapes.Of("token_embedding.weight", 2));
  ASSIGN_OR_RETURN(const Shape projection, shapes.Of("text_projection", 2));
  if (positions[0] < 2 || positions[0] > kMostWidth) return shapes.Wrong("positional_embedding", StrCat("2 to ", kMostWidth, " rows"));
  if (tokens[0] < 3 || tokens[0] > 1 << 24) return shapes.Wrong("token_embedding.weight", "3 to 16777216 rows");
  if (projection[1] > kMostWidth) return shapes.Wrong("text_projection", StrCat("at most ", kMostWidth, " columns"));
  text.context_length = positions[0];
  text.vocab_size = tokens[0];
  config.embed_dim = projection[1];
  return Status::Ok();
}

}  // namespace

Result<ClipConfig> InferOpenAiConfig(const TensorFile& file) {
  const Shapes shapes(file);
  ClipConfig config;
  config.layout = Layout::kOpenAi;
  if (shapes.Has("visual.proj")) {
    ASSIGN_OR_RETURN(const VisionTransformerConfig vision, InferVit(shapes));
    if (file.container() != Container::kTorchScript && std::ranges::find(kOtherHeads, vision.transformer.width) != kOtherHeads.end()) {
      return Failed(Unsupported(StrCat(file.path(), ": a Vision Transformer of width ", vision.transformer.width,
                                       " is none of OpenAI's: expected open_clip_config.json beside it, which says how wide its heads are")));
    }
    config.vision = vision;
  } else {
    ASSIGN_OR_RETURN(config.vision, InferResnet(shapes));
  }
  RETURN_IF_ERROR(InferText(shapes, config));
  config.preprocess.image_size = config.preprocess.resize_to = static_cast<int>(config.ImageSize());
  return config;
}

}  // namespace fovea::encoder
