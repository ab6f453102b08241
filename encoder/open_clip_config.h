#pragma once
// ReadOpenClipConfig reads open_clip_config.json of a folder that open_clip wrote, or that is laid out like one.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kNotFound, kCorrupt, kUnsupported with file, key, what was found and what was expected.
// Units:   as ClipConfig.
#include <string>

#include "base/status.h"
#include "encoder/clip_config.h"

namespace fovea::encoder {

Result<ClipConfig> ReadOpenClipConfig(const std::string& folder);

}  // namespace fovea::encoder
