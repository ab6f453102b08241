#pragma once
// OpenWeightFiles opens the safetensors files of a model folder: one, or the shards that an index names.
//
// Owns:    (the result) the open files.
// Threads: any.
// Errors:  kNotFound names what was looked for; else SafetensorsFile's. Never throws.
// Units:   none.
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/safetensors.h"

namespace fovea::encoder {

using WeightFiles = std::vector<std::unique_ptr<SafetensorsFile>>;

Result<WeightFiles> OpenWeightFiles(const std::string& folder, Layout layout);

}  // namespace fovea::encoder
