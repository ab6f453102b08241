#pragma once
// ModelNotes tells what is unusual about a model, for a person who inspects it: what differs from OpenAI's own.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Units:   one short sentence each.
#include <string>
#include <vector>

#include "encoder/clip_config.h"
#include "encoder/model_weights.h"

namespace fovea::encoder {

std::vector<std::string> ModelNotes(const ClipConfig& config, const ModelWeights& weights);

}  // namespace fovea::encoder
