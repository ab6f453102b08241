#include "encoder/model_place.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "encoder/json_fields.h"

namespace fovea::encoder {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostShards = 1000;
// In order of preference. A name that ends in ".json" is an index of shards.
constexpr std::array kHuggingFaceNames = {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"};
constexpr std::array kOpenClipOwnNames = {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin",
                                          "open_clip_pytorch_model.pth"};
constexpr std::array kEndings = {".safetensors", ".pt", ".pth", ".bin"};

bool Exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// The files that an index of shards names, each once.
Result<std::vector<std::string>> ShardNames(const std::string& index_path) {
  ASSIGN_OR_RETURN(const JsonFields index, JsonFields::ReadFrom(index_path));
  ASSIGN_OR_RETURN(const JsonFields map, index.Object("weight_map"));
  std::set<std::string> names;
  for (const auto& [tensor, file] : map.json().items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name.find('/') != std::string::npos) return Failed(map.Malformed(tensor, "the name of a file in the same folder"));
    names.insert(name);
  }
  if (names.empty() || names.size() > kMostShards) return Failed(index.Malformed("weight_map", "tensors and their files"));
  return std::vector<std::string>(names.begin(), names.end());
}

// The files of the folder that may hold weights, whatever their names.
std::vector<std::string> AnyWeights(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (std::ranges::find(kEndings, entry.path().extension().string()) != kEndings.end()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

Status NoWeights(const std::string& folder, const std::vector<std::string>& found, std::string_view expected) {
  const std::string several = found.empty() ? "" : StrCat("; of ", found.size(), " files such as ", found[0], " one may be named: FOLDER/FILE");
  return NotFound(StrCat(folder, ": no weights: expected ", expected, several));
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

bool HasConfig(const std::string& folder, const char* name) { return Exists(folder + "/" + name); }

}  // namespace

Result<std::vector<std::string>> FindWeightFiles(const std::string& folder, Layout layout) {
  std::vector<std::string> wanted;
  if (layout == Layout::kOpenClip) wanted.assign(kOpenClipOwnNames.begin(), kOpenClipOwnNames.end());
  if (layout != Layout::kOpenAi) wanted.insert(wanted.end(), kHuggingFaceNames.begin(), kHuggingFaceNames.end());
  for (const std::string& name : wanted) {
    if (!Exists(folder + "/" + name)) continue;
    return name.ends_with(".json") ? ShardNames(folder + "/" + name) : std::vector<std::string>{name};
  }
  const std::vector<std::string> any = AnyWeights(folder);
  if (layout != Layout::kHuggingFace && any.size() == 1) return any;
  return Failed(NoWeights(folder, any, wanted.empty() ? "one file *.pt, *.safetensors, *.pth or *.bin" : StrCat(wanted.front(), " or a file like it")));
}

Result<ModelPlace> FindModel(const std::string& path) {
  std::error_code error;
  ModelPlace place;
  if (fs::is_regular_file(path, error)) {
    const fs::path file(path);
    place.folder = file.has_parent_path() ? file.parent_path().string() : ".";
    place.weights = {file.filename().string()};
    place.name = file.stem().string();
  } else if (fs::is_directory(path, error)) {
    place.folder = path;
    place.name = NameOf(path);
  } else {
    return Failed(NotFound(path + ": no such folder or file"));
  }
  place.open_clip = HasConfig(place.folder, "open_clip_config.json");
  place.hugging_face = HasConfig(place.folder, "config.json");
  if (!place.weights.empty()) return place;
  // Some folders hold both layouts. Weights under open_clip's own name decide for it; "model.safetensors" beside a
  // config.json of transformers is transformers'.
  const bool own_names = std::ranges::any_of(kOpenClipOwnNames, [&](const char* name) { return Exists(path + "/" + name); });
  if (place.open_clip && (own_names || !place.hugging_face)) {
    place.hugging_face = false;
  } else {
    place.open_clip = false;
  }
  const Layout layout = place.open_clip ? Layout::kOpenClip : place.hugging_face ? Layout::kHuggingFace : Layout::kOpenAi;
  if (layout == Layout::kOpenAi && AnyWeights(path).empty()) {
    return Failed(NotFound(path + ": no model: expected config.json (Hugging Face), open_clip_config.json (open_clip), or one of OpenAI's *.pt files"));
  }
  ASSIGN_OR_RETURN(place.weights, FindWeightFiles(path, layout));
  return place;
}

}  // namespace fovea::encoder
