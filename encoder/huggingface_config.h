#pragma once
// ReadHuggingFaceConfig reads config.json and preprocessor_config.json of a folder that transformers wrote: CLIPModel, or one of
// its exports of a single tower (CLIPVisionModel, CLIPTextModel, either WithProjection).
//
// Owns:    nothing.
// Threads: any.
// Errors:  kNotFound, kCorrupt, kUnsupported with file, key, what was found and what was expected.
// Units:   as ClipConfig.
#include <string>

#include "base/status.h"
#include "encoder/clip_config.h"

namespace fovea::encoder {

Result<ClipConfig> ReadHuggingFaceConfig(const std::string& folder);

}  // namespace fovea::encoder
