#include "daemon/pull/model_files.h"

#include <charconv>
#include <optional>

#include "base/log.h"

namespace fovea::daemon {
namespace {

using Names = std::set<std::string>;

constexpr const char* kOpenClipConfig = "open_clip_config.json";
constexpr const char* kHuggingFaceConfig = "config.json";
constexpr const char* kIndex = "model.safetensors.index.json";

// The first of the names that is there.
std::vector<std::string> FirstOf(const Names& names, std::initializer_list<const char*> wanted) {
  for (const char* name : wanted) {
    if (names.contains(name)) return {name};
  }
  return {};
}

// The N of "model-00001-of-N.safetensors"; 0 for other names.
int ShardsNamedBy(const std::string& name) {
  constexpr std::string_view kBegin = "model-", kOf = "-of-", kEnd = ".safetensors";
  const size_t of = name.find(kOf);
  if (!name.starts_with(kBegin) || of == std::string::npos || !name.ends_with(kEnd)) return 0;
  int count = 0;
  std::from_chars(name.data() + of + kOf.size(), name.data() + name.size(), count);
  return count;
}

// The index and every shard; nothing if one is missing.
std::vector<std::string> Shards(const Names& names) {
  if (!names.contains(kIndex)) return {};
  std::vector<std::string> found = {kIndex};
  int count = 0;
  for (const std::string& name : names) {
    if (const int of = ShardsNamedBy(name); of > 0) {
      count = of;
      found.push_back(name);
    }
  }
  return count > 0 && found.size() == static_cast<size_t>(count) + 1 ? found : std::vector<std::string>{};
}

std::vector<std::string> Vocabulary(const Names& names) {
  if (names.contains("vocab.json") && names.contains("merges.txt")) return {"vocab.json", "merges.txt"};
  return FirstOf(names, {"tokenizer.json", "bpe_simple_vocab_16e6.txt.gz"});
}

std::optional<ModelFiles> OpenClipFiles(std::vector<std::string> weights) {
  if (weights.empty()) return std::nullopt;
  return ModelFiles{.small = {kOpenClipConfig}, .weights = std::move(weights)};
}

std::optional<ModelFiles> HuggingFaceFiles(const Names& names, std::vector<std::string> weights) {
  const std::vector<std::string> preprocessor = FirstOf(names, {"preprocessor_config.json", "processor_config.json"});
  if (weights.empty() || preprocessor.empty()) return std::nullopt;
  return ModelFiles{.small = {kHuggingFaceConfig, preprocessor.front()}, .weights = std::move(weights)};
}

std::optional<ModelFiles> WithoutVocabulary(const Names& names) {
  const bool open_clip = names.contains(kOpenClipConfig), huggingface = names.contains(kHuggingFaceConfig);
  std::optional<ModelFiles> files;
  if (open_clip) files = OpenClipFiles(FirstOf(names, {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"}));
  if (!files && huggingface) files = HuggingFaceFiles(names, FirstOf(names, {"model.safetensors"}));
  if (!files && huggingface) files = HuggingFaceFiles(names, Shards(names));
  if (!files && open_clip && !huggingface) files = OpenClipFiles(FirstOf(names, {"model.safetensors"}));
  if (!files && open_clip) files = OpenClipFiles(FirstOf(names, {"open_clip_pytorch_model.bin"}));
  if (!files && huggingface) files = HuggingFaceFiles(names, FirstOf(names, {"pytorch_model.bin"}));
  return files;
}

}  // namespace

Result<ModelFiles> ChooseModelFiles(const std::set<std::string>& names) {
  std::optional<ModelFiles> files = WithoutVocabulary(names);
  if (!files) {
    return Failed(Unsupported("no CLIP model among the files: expected config.json, preprocessor_config.json and model.safetensors (Hugging Face), "
                              "or open_clip_config.json and open_clip_model.safetensors (open_clip)"));
  }
  const std::vector<std::string> vocabulary = Vocabulary(names);
  if (vocabulary.empty() && files->small.front() != kOpenClipConfig) {
    return Failed(Unsupported("no vocabulary among the files: expected vocab.json and merges.txt, or tokenizer.json"));
  }
  files->small.insert(files->small.end(), vocabulary.begin(), vocabulary.end());
  return *std::move(files);
}

}  // namespace fovea::daemon
