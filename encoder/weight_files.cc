#include "encoder/weight_files.h"

#include <filesystem>
#include <set>

#include "base/log.h"
#include "encoder/json_fields.h"
#include "encoder/pickled_tensors.h"
#include "encoder/safetensors.h"

namespace fovea::encoder {
namespace {

constexpr const char* kIndexName = "model.safetensors.index.json";
constexpr size_t kMostShards = 1000;

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
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

// The only *.safetensors file of the folder, or empty.
std::string OnlyFile(const std::string& folder) {
  std::string only;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".safetensors") continue;
    if (!only.empty()) return "";
    only = entry.path().filename().string();
  }
  return only;
}

Result<std::vector<std::string>> WeightFileNames(const std::string& folder, Layout layout) {
  std::vector<std::string> wanted = {"model.safetensors"};
  if (layout == Layout::kOpenClip) {
    wanted = {"open_clip_model.safetensors", "open_clip_pytorch_model.safetensors", "model.safetensors"};
  }
  for (const std::string& name : wanted) {
    if (Exists(folder + "/" + name)) return std::vector<std::string>{name};
  }
  if (Exists(folder + "/" + kIndexName)) return ShardNames(folder + "/" + kIndexName);
  if (layout == Layout::kOpenClip) {
    if (const std::string only = OnlyFile(folder); !only.empty()) return std::vector<std::string>{only};
  }
  return Failed(NotFound(StrCat(folder, ": no weights: expected ", wanted.front(), " or ", kIndexName)));
}

}  // namespace

Result<TensorFile> OpenWeightFile(const std::string& path) {
  std::string beginning(4, '\0');
  {
    ASSIGN_OR_RETURN(const TensorFile file, TensorFile::Open(path));
    beginning.resize(static_cast<size_t>(std::min<int64_t>(file.size_bytes(), 4)));
    RETURN_IF_ERROR(file.Read(0, std::as_writable_bytes(std::span(beginning))));
  }
  return LooksPickled(beginning) ? OpenPickledTensors(path) : OpenSafetensors(path);
}

Result<WeightFiles> OpenWeightFiles(const std::string& folder, Layout layout) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, WeightFileNames(folder, layout));
  WeightFiles files;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(TensorFile file, OpenWeightFile(folder + "/" + name));
    files.push_back(std::make_unique<TensorFile>(std::move(file)));
  }
  return files;
}

}  // namespace fovea::encoder
