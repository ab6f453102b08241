#pragma once
// OpenWeightFiles opens the weights files of a model, whatever their containers.
//
// Owns:    (the result) the open files.
// Threads: any.
// Errors:  those of OpenSafetensors and OpenPickledTensors. Never throws.
// Units:   none.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

using WeightFiles = std::vector<std::unique_ptr<TensorFile>>;

// One file of any container, told by its first bytes.
Result<TensorFile> OpenWeightFile(const std::string& path);

Result<WeightFiles> OpenWeightFiles(const std::string& folder, const std::vector<std::string>& names);

// kHuggingFace, or kOpenClip, whose names are OpenAI's too: told by the tensors' names. Nothing when they are neither's.
std::optional<Layout> LayoutOfNames(const WeightFiles& files);

}  // namespace fovea::encoder
