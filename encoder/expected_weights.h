#pragma once
// ExpectedWeights lists every tensor that a CLIP model of a given configuration consists of.
//
// Owns:    nothing.
// Threads: any.
// Errors:  none.
// Shapes:  under the names and in the shapes of the OpenAI layout: visual.*, transformer.*, text_projection, ... Added to it
//          where the configuration says so: text_projection.bias [embed_dim], and ls_1.gamma, ls_2.gamma [width] per block;
//          left out where it says so: a tower, and its projection.
#include <string>
#include <vector>

#include "encoder/clip_config.h"
#include "encoder/stored_tensors.h"

namespace fovea::encoder {

struct ExpectedWeight {
  std::string key;
  Shape shape;
};

std::vector<ExpectedWeight> ExpectedWeights(const ClipConfig& config);

}  // namespace fovea::encoder
