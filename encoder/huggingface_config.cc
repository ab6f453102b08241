#include "encoder/huggingface_config.h"

#include <cmath>
#include <filesystem>

#include "encoder/json_fields.h"

namespace fovea::encoder {
namespace {

constexpr int64_t kOldEndId = 2;  // what the published OpenAI files say; it means "the largest id of the row"

// text_config or vision_config. Where the older "..._dict" twin is there, it alone counts, as transformers has it: what it
// does not say is at its default, whatever the other says.
Result<JsonFields> Section(const JsonFields& config, const std::string& name) {
  return config.Object(config.Has(name + "_dict") ? name + "_dict" : name);
}

Result<Activation> ReadActivation(const JsonFields& section) {
  ASSIGN_OR_RETURN(const std::string name, section.Text("hidden_act", "quick_gelu"));
  if (name == "quick_gelu") return Activation::kQuickGelu;
  if (name == "gelu") return Activation::kGelu;
  if (name == "gelu_pytorch_tanh" || name == "gelu_new") return Activation::kGeluTanh;
  return Failed(section.Refusal("hidden_act", "quick_gelu, gelu, gelu_pytorch_tanh or gelu_new"));
}

Result<TransformerConfig> ReadTransformer(const JsonFields& section, const TransformerConfig& usual) {
  TransformerConfig config;
  ASSIGN_OR_RETURN(config.width, section.Integer("hidden_size", usual.width, {1, 1 << 16}));
  ASSIGN_OR_RETURN(config.layers, section.Integer("num_hidden_layers", usual.layers, {1, 1024}));
  ASSIGN_OR_RETURN(config.heads, section.Integer("num_attention_heads", usual.heads, {1, config.width}));
  ASSIGN_OR_RETURN(config.mlp_width, section.Integer("intermediate_size", usual.mlp_width, {1, 1 << 18}));
  ASSIGN_OR_RETURN(config.activation, ReadActivation(section));
  ASSIGN_OR_RETURN(config.epsilon, section.Number("layer_norm_eps", 1e-5));
  if (config.width % config.heads != 0) return Failed(section.Refusal("num_attention_heads", "a divisor of hidden_size"));
  if (!(config.epsilon > 0)) return Failed(section.Refusal("layer_norm_eps", "a number above 0"));
  return config;
}

Result<TextConfig> ReadText(const JsonFields& section) {
  TextConfig text;
  ASSIGN_OR_RETURN(text.transformer, ReadTransformer(section, {.width = 512, .layers = 12, .heads = 8, .mlp_width = 2048}));
  ASSIGN_OR_RETURN(text.context_length, section.Integer("max_position_embeddings", 77, {2, 1 << 16}));
  ASSIGN_OR_RETURN(text.vocab_size, section.Integer("vocab_size", 49408, {3, 1 << 24}));
  ASSIGN_OR_RETURN(const int64_t end_id, section.Integer("eos_token_id", 49407, {0, 1 << 24}));
  text.end_id = end_id == kOldEndId ? -1 : end_id;
  return text;
}

Result<VisionTransformerConfig> ReadVision(const JsonFields& section) {
  VisionTransformerConfig vision;
  ASSIGN_OR_RETURN(vision.transformer, ReadTransformer(section, {.width = 768, .layers = 12, .heads = 12, .mlp_width = 3072}));
  ASSIGN_OR_RETURN(vision.image_size, section.Integer("image_size", 224, {1, 4096}));
  ASSIGN_OR_RETURN(vision.patch_size, section.Integer("patch_size", 32, {1, vision.image_size}));
  ASSIGN_OR_RETURN(const int64_t channels, section.Integer("num_channels", 3, {1, 1024}));
  if (channels != 3) return Failed(section.Refusal("num_channels", "3"));
  return vision;
}

// An integer, or an object that names it: {"shortest_edge": n}, {"height": n, "width": n}.
struct Extent {
  int64_t pixels = 0;
  bool square = false;  // given as height and width: the picture is brought to a square whatever its shape
};

Result<Extent> ReadExtent(const JsonFields& fields, const std::string& key, int64_t usual) {
  if (!fields.Has(key)) return Extent{.pixels = usual};
  if (!fields.json().at(key).is_object()) {
    ASSIGN_OR_RETURN(const int64_t pixels, fields.Integer(key, std::nullopt, {1, 4096}));
    return Extent{.pixels = pixels};
  }
  ASSIGN_OR_RETURN(const JsonFields object, fields.Object(key));
  if (object.Has("shortest_edge")) {
    ASSIGN_OR_RETURN(const int64_t pixels, object.Integer("shortest_edge", std::nullopt, {1, 4096}));
    return Extent{.pixels = pixels};
  }
  ASSIGN_OR_RETURN(const int64_t height, object.Integer("height", std::nullopt, {1, 4096}));
  ASSIGN_OR_RETURN(const int64_t width, object.Integer("width", std::nullopt, {1, 4096}));
  if (height != width) return Failed(fields.Refusal(key, "equal height and width"));
  return Extent{.pixels = height, .square = true};
}

Status ReadScaling(const JsonFields& fields, PreprocessProfile& profile) {
  ASSIGN_OR_RETURN(const bool rescale, fields.Flag("do_rescale", true));
  if (!rescale) return fields.Refusal("do_rescale", "true");
  ASSIGN_OR_RETURN(const double factor, fields.Number("rescale_factor", 1.0 / 255));
  if (std::abs(factor - 1.0 / 255) > 1e-9) return fields.Refusal("rescale_factor", "1/255");
  ASSIGN_OR_RETURN(const bool normalize, fields.Flag("do_normalize", true));
  if (!normalize) {
    profile.mean = {0, 0, 0};
    profile.std = {1, 1, 1};
    return Status::Ok();
  }
  ASSIGN_OR_RETURN(profile.mean, fields.Triple("image_mean", profile.mean));
  ASSIGN_OR_RETURN(profile.std, fields.Triple("image_std", profile.std));
  for (const float deviation : profile.std) {
    if (!(deviation > 0)) return fields.Refusal("image_std", "three numbers above 0");
  }
  return Status::Ok();
}

Status ReadGeometry(const JsonFields& fields, int64_t image_size, PreprocessProfile& profile) {
  ASSIGN_OR_RETURN(const bool resize, fields.Flag("do_resize", true));
  if (!resize) return fields.Refusal("do_resize", "true");
  ASSIGN_OR_RETURN(const Extent size, ReadExtent(fields, "size", 224));
  ASSIGN_OR_RETURN(const int64_t resample, fields.Integer("resample", 3, {0, 5}));
  if (resample != 2 && resample != 3) return fields.Refusal("resample", "3 (bicubic) or 2 (bilinear)");
  ASSIGN_OR_RETURN(const bool crop, fields.Flag("do_center_crop", true));
  ASSIGN_OR_RETURN(const Extent crop_size, ReadExtent(fields, "crop_size", 224));
  if (!crop && !size.square) return fields.Refusal("do_center_crop", "true, or a size with height and width");
  const int64_t side = crop ? crop_size.pixels : size.pixels;
  if (side != image_size) return fields.Refusal(crop ? "crop_size" : "size", "the model's image_size " + std::to_string(image_size));
  if (size.pixels < side) return fields.Refusal("size", "at least the crop_size");
  profile.image_size = static_cast<int>(side);
  profile.resize_to = static_cast<int>(size.pixels);
  profile.resize_mode = size.square ? ResizeMode::kSquash : ResizeMode::kShortest;
  profile.interpolation = resample == 3 ? Interpolation::kBicubic : Interpolation::kBilinear;
  profile.crop_rounding = CropRounding::kFloor;
  profile.colour_order = ColourOrder::kRgbThenResize;
  return Status::Ok();
}

// preprocessor_config.json, or the part of processor_config.json that takes its place in newer folders.
Result<JsonFields> PreprocessorFields(const std::string& folder) {
  const std::string newer = folder + "/processor_config.json";
  const std::string usual = folder + "/preprocessor_config.json";
  std::error_code error;
  if (std::filesystem::exists(usual, error) || !std::filesystem::exists(newer, error)) return JsonFields::ReadFrom(usual);
  ASSIGN_OR_RETURN(const JsonFields processor, JsonFields::ReadFrom(newer));
  return processor.Object("image_processor");
}

// What transformers calls the class that wrote a one-tower export; it alone says whether there is a projection.
Result<std::string> ExportedClass(const JsonFields& fields, const std::string& expected) {
  const auto found = fields.json().find("architectures");
  const bool one = found != fields.json().end() && found->is_array() && found->size() == 1 && found->front().is_string();
  const std::string name = one ? found->front().get<std::string>() : "";
  if (name == expected || name == expected + "WithProjection") return name;
  return Failed(fields.Refusal("architectures", "[\"" + expected + "\"] or [\"" + expected + "WithProjection\"]"));
}

// A one-tower export says at the top what a whole model says in its section, the projection's width included.
Result<ClipConfig> ReadOneTower(const JsonFields& fields, Towers tower) {
  ClipConfig config;
  config.towers = tower;
  const std::string usual = tower == Towers::kImage ? "CLIPVisionModel" : "CLIPTextModel";
  ASSIGN_OR_RETURN(const std::string written_by, ExportedClass(fields, usual));
  config.projected = written_by != usual;
  ASSIGN_OR_RETURN(config.embed_dim, fields.Integer("projection_dim", 512, {1, 1 << 16}));
  int64_t width = 0;
  if (tower == Towers::kImage) {
    ASSIGN_OR_RETURN(const VisionTransformerConfig vision, ReadVision(fields));
    width = vision.transformer.width;
    config.vision = vision;
  } else {
    ASSIGN_OR_RETURN(config.text, ReadText(fields));
    width = config.text.transformer.width;
  }
  if (!config.projected) config.embed_dim = width;
  return config;
}

Result<ClipConfig> ReadBothTowers(const JsonFields& fields) {
  ClipConfig config;
  ASSIGN_OR_RETURN(config.embed_dim, fields.Integer("projection_dim", 512, {1, 1 << 16}));
  ASSIGN_OR_RETURN(const JsonFields text, Section(fields, "text_config"));
  ASSIGN_OR_RETURN(config.text, ReadText(text));
  ASSIGN_OR_RETURN(const JsonFields vision, Section(fields, "vision_config"));
  ASSIGN_OR_RETURN(config.vision, ReadVision(vision));
  return config;
}

Result<ClipConfig> ReadTowers(const JsonFields& fields) {
  ASSIGN_OR_RETURN(const std::string type, fields.Text("model_type", "clip"));
  if (type == "clip") return ReadBothTowers(fields);
  if (type == "clip_vision_model") return ReadOneTower(fields, Towers::kImage);
  if (type == "clip_text_model") return ReadOneTower(fields, Towers::kText);
  return Failed(fields.Refusal("model_type", "clip, clip_vision_model or clip_text_model"));
}

}  // namespace

Result<ClipConfig> ReadHuggingFaceConfig(const std::string& folder) {
  ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::ReadFrom(folder + "/config.json"));
  ASSIGN_OR_RETURN(ClipConfig config, ReadTowers(fields));
  config.layout = Layout::kHuggingFace;
  if (!config.HasImageTower()) return config;
  ASSIGN_OR_RETURN(const JsonFields preprocessor, PreprocessorFields(folder));
  RETURN_IF_ERROR(ReadScaling(preprocessor, config.preprocess));
  RETURN_IF_ERROR(ReadGeometry(preprocessor, config.ImageSize(), config.preprocess));
  return config;
}

}  // namespace fovea::encoder
