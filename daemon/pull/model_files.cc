#include "daemon/pull/model_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/log.h"

namespace fovea::daemon {
namespace {

using Names = std::set<std::string>;

constexpr const char* kOpenClipConfig = "open_clip_config.json";
constexpr const char* kHuggingFaceConfig = "config.json";
constexpr std::array kEndings = {".pt", ".pth", ".bin", ".safetensors"};

// The first of the names that is there.
std::vector<std::string> FirstOf(const Names& names, std::initializer_list<const char*> wanted) {
  for (const char* name : wanted) {
    if (names.contains(name)) return {name};
  }
  return {};
}

// Weights in parts: "model-00001-of-00002.safetensors", ... and "model.safetensors.index.json".
struct Sharded {
  std::string_view stem, ending;
};
constexpr Sharded kSafeShards{"model", ".safetensors"}, kPickledShards{"pytorch_model", ".bin"};

// The N of "model-00001-of-N.safetensors"; 0 for other names.
int ShardsNamedBy(const std::string& name, const Sharded& kind) {
  constexpr std::string_view kOf = "-of-";
  const size_t of = name.find(kOf);
  if (!name.starts_with(StrCat(kind.stem, "-")) || of == std::string::npos || !name.ends_with(kind.ending)) return 0;
  int count = 0;
  std::from_chars(name.data() + of + kOf.size(), name.data() + name.size(), count);
  return count;
}

// The index and every shard; nothing if one is missing.
std::vector<std::string> Shards(const Names& names, const Sharded& kind) {
  const std::string index = StrCat(kind.stem, kind.ending, ".index.json");
  if (!names.contains(index)) return {};
  std::vector<std::string> found = {index};
  int count = 0;
  for (const std::string& name : names) {
    if (const int of = ShardsNamedBy(name, kind); of > 0) {
      count = of;
      found.push_back(name);
    }
  }
  return count > 0 && found.size() == static_cast<size_t>(count) + 1 ? found : std::vector<std::string>{};
}

// All files that may be weights, whatever their names.
std::vector<std::string> AnyWeights(const Names& names) {
  std::vector<std::string> found;
  for (const std::string& name : names) {
    if (std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return name.ends_with(ending); })) found.push_back(name);
  }
  return found;
}

std::vector<std::string> Vocabulary(const Names& names) {
  if (names.contains("vocab.json") && names.contains("merges.txt")) return {"vocab.json", "merges.txt"};
  return FirstOf(names, {"tokenizer.json", "bpe_simple_vocab_16e6.txt.gz"});
}

using Found = std::optional<ModelFiles>;

Found OpenClipFiles(std::vector<std::string> weights) {
  if (weights.empty()) return std::nullopt;
  return ModelFiles{.small = {kOpenClipConfig}, .weights = std::move(weights)};
}

Found HuggingFaceFiles(const Names& names, std::vector<std::string> weights) {
  const std::vector<std::string> preprocessor = FirstOf(names, {"preprocessor_config.json", "processor_config.json"});
  const bool may_be_text = preprocessor.empty() && !names.contains(kOpenClipConfig) && !Vocabulary(names).empty();
  if (weights.empty() || (preprocessor.empty() && !may_be_text)) return std::nullopt;
  ModelFiles files{.small = {kHuggingFaceConfig}, .weights = std::move(weights), .one_tower_at_most = preprocessor.empty() || Vocabulary(names).empty()};
  files.small.insert(files.small.end(), preprocessor.begin(), preprocessor.end());
  return files;
}

// One file without configuration, of which the tensors tell all.
Found LoneFile(const Names& names) {
  std::vector<std::string> weights = AnyWeights(names);
  if (weights.size() != 1 || names.contains(kHuggingFaceConfig)) return std::nullopt;
  if (names.contains(kOpenClipConfig)) return OpenClipFiles(std::move(weights));
  return ModelFiles{.small = {}, .weights = std::move(weights)};
}

Found WithoutVocabulary(const Names& names) {
  const bool open_clip = names.contains(kOpenClipConfig), huggingface = names.contains(kHuggingFaceConfig);
  const std::array<std::vector<std::string>, 2> safe = {FirstOf(names, {"model.safetensors"}), Shards(names, kSafeShards)};
  const std::array<std::vector<std::string>, 2> pickled = {FirstOf(names, {"pytorch_model.bin"}), Shards(names, kPickledShards)};
  Found files;
  if (open_clip) files = OpenClipFiles(FirstOf(names, {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"}));
  for (const auto& weights : safe) {
    if (!files && huggingface) files = HuggingFaceFiles(names, weights);
    if (!files && open_clip && !huggingface) files = OpenClipFiles(weights);
  }
  if (!files && open_clip) files = OpenClipFiles(FirstOf(names, {"open_clip_pytorch_model.bin", "open_clip_pytorch_model.pth"}));
  for (const auto& weights : pickled) {
    if (!files && huggingface) files = HuggingFaceFiles(names, weights);
    if (!files && open_clip && !huggingface) files = OpenClipFiles(weights);
  }
  return files ? files : LoneFile(names);
}

Status NoModel(const Names& names) {
  std::string there;
  if (const std::vector<std::string> weights = AnyWeights(names); weights.size() > 1 && !names.contains(kHuggingFaceConfig)) {
    there = StrCat("; of the ", weights.size(), " files such as ", weights[0], " fetch one by hand: fovea serve --model FOLDER/FILE");
  }
  return Unsupported(StrCat("no CLIP model among the files: expected config.json, preprocessor_config.json and model.safetensors (Hugging Face), "
                            "open_clip_config.json and open_clip_model.safetensors (open_clip), or one file *.pt (OpenAI)", there));
}

}  // namespace

Result<ModelFiles> ChooseModelFiles(const std::set<std::string>& names) {
  Found files = WithoutVocabulary(names);
  if (!files) return Failed(NoModel(names));
  const std::vector<std::string> vocabulary = Vocabulary(names);
  files->small.insert(files->small.end(), vocabulary.begin(), vocabulary.end());
  return *std::move(files);
}

}  // namespace fovea::daemon
