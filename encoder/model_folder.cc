#include "encoder/model_folder.h"

#include <filesystem>

#include "base/log.h"
#include "encoder/huggingface_config.h"
#include "encoder/json_fields.h"
#include "encoder/model_fingerprint.h"
#include "encoder/model_notes.h"
#include "encoder/model_place.h"
#include "encoder/open_clip_config.h"
#include "encoder/openai_config.h"
#include "encoder/vocabulary_files.h"

namespace fovea::encoder {
namespace {

namespace fs = std::filesystem;

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

Result<std::string> ReadDescription(const std::string& folder) {
  const std::string path = folder + "/fovea.json";
  if (!Exists(path)) return std::string();
  ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::ReadFrom(path));
  return fields.Text("description", "");
}

// Everything beside the weights that changes a feature, by the files that `place` goes by.
std::vector<std::string> SmallFiles(const ModelPlace& place, const std::vector<std::string>& vocabulary) {
  std::vector<std::string> files;
  for (const char* name : {"config.json", "preprocessor_config.json", "processor_config.json", "open_clip_config.json"}) {
    if (Exists(place.folder + "/" + name)) files.push_back(place.folder + "/" + name);
  }
  files.insert(files.end(), vocabulary.begin(), vocabulary.end());
  return files;
}

// The vocabulary beside the weights. Where there is none, OpenAI's own serves its models and those of open_clip, which has
// no other unless its configuration names one.
struct FoundVocabulary {
  std::vector<std::string> files;  // empty: built in
  Vocabulary vocabulary;
};

Result<FoundVocabulary> FindVocabulary(const std::string& folder, const ClipConfig& config) {
  Result<std::vector<std::string>> files = VocabularyFiles(folder);
  if (files) {
    ASSIGN_OR_RETURN(Vocabulary vocabulary, LoadVocabulary(folder));
    return FoundVocabulary{.files = *std::move(files), .vocabulary = std::move(vocabulary)};
  }
  const bool built_in = config.layout != Layout::kHuggingFace && config.text.vocab_size == kBuiltInVocabularySize;
  if (!built_in) return Failed(files.error());
  ASSIGN_OR_RETURN(Vocabulary vocabulary, BuiltInVocabulary());
  return FoundVocabulary{.files = {}, .vocabulary = std::move(vocabulary)};
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

// The configuration that belongs to the weights at hand: the one beside them in their own layout, else OpenAI's rules.
Result<ClipConfig> ReadConfig(const ModelPlace& place, const WeightFiles& files) {
  const std::optional<Layout> names = LayoutOfNames(files);
  if (place.hugging_face && (names == Layout::kHuggingFace || !place.open_clip)) return ReadHuggingFaceConfig(place.folder);
  if (place.open_clip) return ReadOpenClipConfig(place.folder);
  const TensorTable& tensors = files.front()->tensors();
  if (names == Layout::kHuggingFace) return Failed(NotFound(files.front()->path() + ": weights of transformers: expected config.json beside them"));
  if (tensors.contains("text.token_embedding.weight")) {
    return Failed(NotFound(files.front()->path() + ": weights of open_clip with a nested text tower: expected open_clip_config.json beside them"));
  }
  return InferOpenAiConfig(*files.front());
}

}  // namespace

Result<ModelFolder> OpenModelFolder(const std::string& path, SpecialLiterals literals) {
  ASSIGN_OR_RETURN(const ModelPlace place, FindModel(path));
  ASSIGN_OR_RETURN(WeightFiles files, OpenWeightFiles(place.folder, place.weights));
  RETURN_IF_ERROR(CheckFamiliar(files));
  ASSIGN_OR_RETURN(ClipConfig config, ReadConfig(place, files));
  ASSIGN_OR_RETURN(ModelWeights weights, ModelWeights::Take(std::move(files), config));
  std::vector<std::string> notes = ModelNotes(config, weights);
  std::vector<std::string> vocabulary_files;
  std::optional<Tokenizer> tokenizer;
  if (config.HasTextTower()) {
    ASSIGN_OR_RETURN(FoundVocabulary found, FindVocabulary(place.folder, config));
    RETURN_IF_ERROR(CheckVocabulary(place.folder, config.text, found.vocabulary));
    if (found.files.empty()) notes.push_back("vocabulary: none beside the weights; OpenAI's, which is built in");
    vocabulary_files = std::move(found.files);
    tokenizer.emplace(std::move(found.vocabulary), literals);
  }
  ASSIGN_OR_RETURN(std::string description, ReadDescription(place.folder));
  ASSIGN_OR_RETURN(const std::string fingerprint, ModelFingerprint(SmallFiles(place, vocabulary_files), weights.files()));
  return ModelFolder{.name = place.name, .id = place.name + "@" + fingerprint, .description = std::move(description), .notes = std::move(notes),
                     .config = config, .weights = std::move(weights), .tokenizer = std::move(tokenizer)};
}

}  // namespace fovea::encoder
