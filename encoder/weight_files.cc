#include "encoder/weight_files.h"

#include <algorithm>

#include "encoder/pickled_tensors.h"
#include "encoder/safetensors.h"

namespace fovea::encoder {

Result<TensorFile> OpenWeightFile(const std::string& path) {
  std::string beginning(9, '\0');
  {
    ASSIGN_OR_RETURN(const TensorFile file, TensorFile::Open(path));
    beginning.resize(static_cast<size_t>(std::min<int64_t>(file.size_bytes(), 9)));
    RETURN_IF_ERROR(file.Read(0, std::as_writable_bytes(std::span(beginning))));
  }
  return LooksPickled(beginning) ? OpenPickledTensors(path) : OpenSafetensors(path);
}

Result<WeightFiles> OpenWeightFiles(const std::string& folder, const std::vector<std::string>& names) {
  WeightFiles files;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(TensorFile file, OpenWeightFile(folder + "/" + name));
    files.push_back(std::make_unique<TensorFile>(std::move(file)));
  }
  return files;
}

std::optional<Layout> LayoutOfNames(const WeightFiles& files) {
  const auto has = [&](std::string_view beginning) {
    return std::ranges::any_of(files, [&](const auto& file) {
      return std::ranges::any_of(file->tensors(), [&](const auto& entry) { return entry.first.starts_with(beginning); });
    });
  };
  if (has("text_model.encoder.") || has("vision_model.encoder.") || has("encoder.layers.")) return Layout::kHuggingFace;
  if (has("visual.") || has("transformer.resblocks.") || has("text.transformer.resblocks.")) return Layout::kOpenClip;
  return std::nullopt;
}

}  // namespace fovea::encoder
