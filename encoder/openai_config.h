#pragma once
// InferOpenAiConfig tells a model's configuration from its tensors alone, by the rules that hold for OpenAI's models: heads
// of 64, MLPs four times as wide, QuickGELU, epsilon 1e-5, OpenAI's mean and standard deviation.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kCorrupt, kUnsupported with file, tensor, what was found and what was expected.
// Units:   as ClipConfig.
#include "base/status.h"
#include "encoder/clip_config.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

Result<ClipConfig> InferOpenAiConfig(const TensorFile& file);

}  // namespace fovea::encoder
