#include "encoder/model_folder.h"

#include <filesystem>

#include "base/log.h"
#include "encoder/huggingface_config.h"
#include "encoder/json_fields.h"
#include "encoder/model_fingerprint.h"
#include "encoder/open_clip_config.h"
#include "encoder/vocabulary_files.h"

namespace fovea::encoder {
namespace {

namespace fs = std::filesystem;

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// Some folders hold both layouts. Weights under open_clip's own name decide for it; "model.safetensors" beside a
// config.json of transformers is transformers'.
Result<Layout> DetectLayout(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return Failed(NotFound(folder + ": no such folder"));
  const bool open_clip = Exists(folder + "/open_clip_config.json");
  const bool open_clip_weights = Exists(folder + "/open_clip_model.safetensors") || Exists(folder + "/open_clip_pytorch_model.safetensors");
  if (open_clip && (open_clip_weights || !Exists(folder + "/config.json"))) return Layout::kOpenClip;
  if (Exists(folder + "/config.json")) return Layout::kHuggingFace;
  return Failed(NotFound(folder + ": no model: expected config.json (Hugging Face) or open_clip_config.json (open_clip)"));
}

// The last part of the path that is a name, whatever slashes and dots end it.
std::string NameOf(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(folder, error);
  if (error) path = folder;
  if (!path.has_filename()) path = path.parent_path();
  // Hugging Face's cache: models--OWNER--MODEL/snapshots/COMMIT.
  if (path.parent_path().filename() == "snapshots") path = path.parent_path().parent_path();
  const std::string last = path.filename().string();
  const size_t dashes = last.rfind("--");
  return last.starts_with("models--") && dashes != std::string::npos ? last.substr(dashes + 2) : last;
}

Result<std::string> ReadDescription(const std::string& folder) {
  const std::string path = folder + "/fovea.json";
  if (!Exists(path)) return std::string();
  ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::ReadFrom(path));
  return fields.Text("description", "");
}

// Everything beside the weights that changes a feature.
Result<std::vector<std::string>> SmallFiles(const std::string& folder) {
  std::vector<std::string> files;
  for (const char* name : {"config.json", "preprocessor_config.json", "processor_config.json", "open_clip_config.json"}) {
    if (Exists(folder + "/" + name)) files.push_back(folder + "/" + name);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> vocabulary, VocabularyFiles(folder));
  files.insert(files.end(), vocabulary.begin(), vocabulary.end());
  return files;
}

// The tokenizer and the text tower must speak of the same ids.
Status CheckVocabulary(const std::string& folder, const TextConfig& text, const Vocabulary& vocabulary) {
  if (vocabulary.size() > text.vocab_size) {
    return Corrupt(StrCat(folder, ": the vocabulary has ", vocabulary.size(), " entries, the model's vocab_size is ", text.vocab_size));
  }
  if (text.end_id >= 0 && text.end_id != vocabulary.end_id()) {
    return Unsupported(StrCat(folder, ": the configuration ends a text with id ", text.end_id, ", the vocabulary with ", vocabulary.end_id()));
  }
  return Status::Ok();
}

// What the files may hold but the networks do not compute.
Status CheckTowers(const std::string& folder, const ClipConfig& config) {
  const auto* vision = std::get_if<VisionTransformerConfig>(&config.vision);
  if (config.text.transformer.layer_scale || (vision != nullptr && vision->transformer.layer_scale)) {
    return Unsupported(folder + ": \"ls_init_value\": found LayerScale, expected none");
  }
  return config.text.projection_bias ? Unsupported(folder + ": \"proj_bias\": found true, expected false") : Status::Ok();
}

Result<ClipConfig> ReadConfig(const std::string& folder, Layout layout) {
  return layout == Layout::kHuggingFace ? ReadHuggingFaceConfig(folder) : ReadOpenClipConfig(folder);
}

}  // namespace

Result<ModelFolder> OpenModelFolder(const std::string& folder, SpecialLiterals literals) {
  ASSIGN_OR_RETURN(const Layout layout, DetectLayout(folder));
  ASSIGN_OR_RETURN(ClipConfig config, ReadConfig(folder, layout));
  RETURN_IF_ERROR(CheckTowers(folder, config));
  ASSIGN_OR_RETURN(ModelWeights weights, ModelWeights::Open(folder, config));
  ASSIGN_OR_RETURN(Tokenizer tokenizer, Tokenizer::Load(folder, literals));
  RETURN_IF_ERROR(CheckVocabulary(folder, config.text, tokenizer.vocabulary()));
  ASSIGN_OR_RETURN(std::string description, ReadDescription(folder));
  ASSIGN_OR_RETURN(const std::vector<std::string> small_files, SmallFiles(folder));
  ASSIGN_OR_RETURN(const std::string fingerprint, ModelFingerprint(small_files, weights.files()));
  std::string name = NameOf(folder);
  std::string id = name + "@" + fingerprint;
  return ModelFolder{.name = std::move(name), .id = std::move(id), .description = std::move(description), .config = config,
                     .weights = std::move(weights), .tokenizer = std::move(tokenizer)};
}

}  // namespace fovea::encoder
