#include "encoder/open_clip_config.h"

#include <cmath>
#include <iterator>

#include "encoder/json_fields.h"

namespace fovea::encoder {
namespace {

// A field that changes the network in a way that is not written here; only the value that changes nothing is taken.
struct Neutral {
  const char* key;
  nlohmann::json value;
};

Status RefuseUnlessNeutral(const JsonFields& section, std::initializer_list<Neutral> fields) {
  for (const Neutral& field : fields) {
    if (!section.Has(field.key) || section.json().at(field.key) == field.value) continue;
    return section.Refusal(field.key, field.value.is_null() ? "none: fovea has no such tower" : field.value.dump());
  }
  return Status::Ok();
}

Status CheckVisionFields(const JsonFields& vision) {
  return RefuseUnlessNeutral(vision, {{"timm_model_name", nullptr},
                                      {"attentional_pool", false},
                                      {"no_ln_pre", false},
                                      {"pool_type", "tok"},
                                      {"pos_embed_type", "learnable"},
                                      {"input_patchnorm", false},
                                      {"qk_norm", false},
                                      {"scaled_cosine_attn", false},
                                      {"scale_heads", false},
                                      {"scale_attn_inner", false},
                                      {"scale_attn", false},
                                      {"scale_fc", false},
                                      {"block_type", nullptr}});
}

Status CheckTextFields(const JsonFields& text) {
  return RefuseUnlessNeutral(text, {{"hf_model_name", nullptr},
                                    {"hf_tokenizer_name", nullptr},
                                    {"tokenizer_kwargs", nullptr},
                                    {"text_arch", nullptr},
                                    {"no_causal_mask", false},
                                    {"embed_cls", false},
                                    {"proj_type", "linear"},
                                    {"qk_norm", false},
                                    {"scaled_cosine_attn", false},
                                    {"scale_heads", false},
                                    {"scale_attn_inner", false},
                                    {"scale_attn", false},
                                    {"scale_fc", false},
                                    {"block_type", nullptr}});
}

struct TowerDefaults {
  Activation activation = Activation::kGelu;
};

// act_kwargs may ask for the tanh form of GELU, norm_kwargs for another epsilon; nothing else. ls_init_value, whatever it
// is, says that the blocks have LayerScale.
Status ReadVariations(const JsonFields& section, TransformerConfig& config) {
  ASSIGN_OR_RETURN(const JsonFields act, section.Object("act_kwargs"));
  for (const auto& [key, value] : act.json().items()) {
    if (key != "approximate" || (value != "tanh" && value != "none") || config.activation == Activation::kQuickGelu) {
      return section.Refusal("act_kwargs", R"({"approximate": "tanh"} without quick_gelu)");
    }
    if (value == "tanh") config.activation = Activation::kGeluTanh;
  }
  ASSIGN_OR_RETURN(const JsonFields norm, section.Object("norm_kwargs"));
  for (const auto& [key, value] : norm.json().items()) {
    if (key != "eps" || !value.is_number() || !(value.get<double>() > 0)) return section.Refusal("norm_kwargs", R"({"eps": number above 0})");
    config.epsilon = value.get<double>();
  }
  config.layer_scale = section.Has("ls_init_value");
  return Status::Ok();
}

Status ReadMlpWidth(const JsonFields& section, TransformerConfig& config) {
  ASSIGN_OR_RETURN(const double ratio, section.Number("mlp_ratio", 4.0));
  if (!(ratio > 0) || ratio > 64) return section.Refusal("mlp_ratio", "a number above 0, at most 64");
  config.mlp_width = static_cast<int64_t>(std::floor(static_cast<double>(config.width) * ratio));
  return config.mlp_width > 0 ? Status::Ok() : section.Refusal("mlp_ratio", "a ratio that leaves a width");
}

Result<ModifiedResnetConfig> ReadResnet(const JsonFields& section, int64_t head_width) {
  const nlohmann::json& layers = section.json().at("layers");
  if (layers.size() != 4) return Failed(section.Refusal("layers", "a number, or a list of four"));
  ModifiedResnetConfig config;
  for (size_t i = 0; i < 4; ++i) {
    const bool sane = layers[i].is_number_unsigned() && layers[i].get<uint64_t>() >= 1 && layers[i].get<uint64_t>() <= 1024;
    if (!sane) return Failed(section.Refusal("layers", "four numbers from 1 to 1024"));
    config.blocks[i] = layers[i].get<int64_t>();
  }
  ASSIGN_OR_RETURN(config.width, section.Integer("width", 64, {2, 4096}));
  ASSIGN_OR_RETURN(config.image_size, section.Integer("image_size", 224, {32, 4096}));
  if (config.width % 2 != 0) return Failed(section.Refusal("width", "an even number"));
  if (config.PooledWidth() % head_width != 0) return Failed(section.Refusal("head_width", "a divisor of 32 x width"));
  config.heads = config.PooledWidth() / head_width;
  if (config.image_size % 32 != 0) return Failed(section.Refusal("image_size", "a multiple of 32"));
  return config;
}

Result<VisionTransformerConfig> ReadVit(const JsonFields& section, const TowerDefaults& defaults, int64_t head_width) {
  VisionTransformerConfig config;
  ASSIGN_OR_RETURN(config.transformer.layers, section.Integer("layers", 12, {1, 1024}));
  ASSIGN_OR_RETURN(config.transformer.width, section.Integer("width", 768, {1, 1 << 16}));
  if (config.transformer.width % head_width != 0) return Failed(section.Refusal("head_width", "a divisor of width"));
  config.transformer.heads = config.transformer.width / head_width;
  ASSIGN_OR_RETURN(config.image_size, section.Integer("image_size", 224, {1, 4096}));
  ASSIGN_OR_RETURN(config.patch_size, section.Integer("patch_size", 16, {1, config.image_size}));
  config.transformer.activation = defaults.activation;
  RETURN_IF_ERROR(ReadMlpWidth(section, config.transformer));
  RETURN_IF_ERROR(ReadVariations(section, config.transformer));
  return config;
}

Status ReadVision(const JsonFields& model, const TowerDefaults& defaults, ClipConfig& config) {
  ASSIGN_OR_RETURN(const JsonFields section, model.Object("vision_cfg"));
  RETURN_IF_ERROR(CheckVisionFields(section));
  ASSIGN_OR_RETURN(const int64_t head_width, section.Integer("head_width", 64, {1, 1 << 16}));
  if (section.Has("layers") && section.json().at("layers").is_array()) {
    ASSIGN_OR_RETURN(config.vision, ReadResnet(section, head_width));
  } else {
    ASSIGN_OR_RETURN(config.vision, ReadVit(section, defaults, head_width));
  }
  return Status::Ok();
}

Status ReadText(const JsonFields& model, const TowerDefaults& defaults, TextConfig& config) {
  ASSIGN_OR_RETURN(const JsonFields section, model.Object("text_cfg"));
  RETURN_IF_ERROR(CheckTextFields(section));
  ASSIGN_OR_RETURN(config.context_length, section.Integer("context_length", 77, {2, 1 << 16}));
  ASSIGN_OR_RETURN(config.vocab_size, section.Integer("vocab_size", 49408, {3, 1 << 24}));
  TransformerConfig& transformer = config.transformer;
  ASSIGN_OR_RETURN(transformer.width, section.Integer("width", 512, {1, 1 << 16}));
  ASSIGN_OR_RETURN(transformer.heads, section.Integer("heads", 8, {1, transformer.width}));
  ASSIGN_OR_RETURN(transformer.layers, section.Integer("layers", 12, {1, 1024}));
  if (transformer.width % transformer.heads != 0) return section.Refusal("heads", "a divisor of width");
  transformer.activation = defaults.activation;
  RETURN_IF_ERROR(ReadMlpWidth(section, transformer));
  RETURN_IF_ERROR(ReadVariations(section, transformer));
  ASSIGN_OR_RETURN(config.projection_bias, section.Flag("proj_bias", false));
  ASSIGN_OR_RETURN(const std::string pool, section.Text("pool_type", "argmax"));
  if (pool == "eos") {
    ASSIGN_OR_RETURN(config.end_id, section.Integer("eos_id", std::nullopt, {0, config.vocab_size - 1}));
  } else if (pool != "argmax") {
    return section.Refusal("pool_type", "argmax or eos");
  }
  return Status::Ok();
}

Status ReadPreprocess(const JsonFields& fields, int64_t image_size, PreprocessProfile& profile) {
  profile.image_size = static_cast<int>(image_size);
  profile.resize_to = static_cast<int>(image_size);
  profile.crop_rounding = CropRounding::kHalfEven;
  RETURN_IF_ERROR(RefuseUnlessNeutral(fields, {{"mode", "RGB"}}));
  ASSIGN_OR_RETURN(profile.mean, fields.Triple("mean", profile.mean));
  ASSIGN_OR_RETURN(profile.std, fields.Triple("std", profile.std));
  for (const float deviation : profile.std) {
    if (!(deviation > 0)) return fields.Refusal("std", "three numbers above 0");
  }
  ASSIGN_OR_RETURN(const std::string interpolation, fields.Text("interpolation", "bicubic"));
  if (interpolation == "bilinear") {
    profile.interpolation = Interpolation::kBilinear;
  } else if (interpolation != "bicubic" && interpolation != "random") {
    return fields.Refusal("interpolation", "bicubic, bilinear or random");
  }
  ASSIGN_OR_RETURN(const std::string mode, fields.Text("resize_mode", "shortest"));
  if (mode == "squash") {
    profile.resize_mode = ResizeMode::kSquash;
  } else if (mode == "longest") {
    profile.resize_mode = ResizeMode::kLongest;
  } else if (mode != "shortest") {
    return fields.Refusal("resize_mode", "shortest, longest or squash");
  }
  ASSIGN_OR_RETURN(const int64_t fill, fields.Integer("fill_color", 0, {0, 255}));
  profile.fill = static_cast<uint8_t>(fill);
  return Status::Ok();
}

}  // namespace

Result<ClipConfig> ReadOpenClipConfig(const std::string& folder) {
  ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::ReadFrom(folder + "/open_clip_config.json"));
  if (!fields.Has("model_cfg")) return Failed(fields.Refusal("model_cfg", "an object"));
  ASSIGN_OR_RETURN(const JsonFields model, fields.Object("model_cfg"));
  RETURN_IF_ERROR(RefuseUnlessNeutral(model, {{"multimodal_cfg", nullptr}, {"init_logit_bias", nullptr}}));
  ClipConfig config;
  config.layout = Layout::kOpenClip;
  ASSIGN_OR_RETURN(config.embed_dim, model.Integer("embed_dim", std::nullopt, {1, 1 << 16}));
  ASSIGN_OR_RETURN(const bool quick_gelu, model.Flag("quick_gelu", false));
  const TowerDefaults defaults = {.activation = quick_gelu ? Activation::kQuickGelu : Activation::kGelu};
  RETURN_IF_ERROR(ReadVision(model, defaults, config));
  RETURN_IF_ERROR(ReadText(model, defaults, config.text));
  ASSIGN_OR_RETURN(const JsonFields preprocess, fields.Object("preprocess_cfg"));
  RETURN_IF_ERROR(ReadPreprocess(preprocess, config.ImageSize(), config.preprocess));
  return config;
}

}  // namespace fovea::encoder
