#pragma once
// OpenWeightFiles opens the weights files of a model folder: one, or the shards that an index names.
//
// Owns:    (the result) the open files.
// Threads: any.
// Errors:  kNotFound names what was looked for; else those of OpenSafetensors and OpenPickledTensors. Never throws.
// Units:   none.
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

using WeightFiles = std::vector<std::unique_ptr<TensorFile>>;

// One file of any container, told by its first bytes.
Result<TensorFile> OpenWeightFile(const std::string& path);

Result<WeightFiles> OpenWeightFiles(const std::string& folder, Layout layout);

}  // namespace fovea::encoder
