#pragma once
// PublishedModels lists the models that OpenAI and open_clip published, with every number of their architecture.
//
// Owns:    nothing.
// Threads: any.
// Errors:  ends the test program when a file cannot be written.
// Units:   as ClipConfig; `parameters` counts weights and logit_scale, but no statistics of a BatchNorm.
#include <string>
#include <vector>

#include "encoder/clip_config.h"

namespace fovea::test {

struct PublishedModel {
  std::string name;  // as open_clip spells it: "ViT-B-32"
  encoder::ClipConfig config;
  int64_t parameters = 0, visual_parameters = 0;  // 0: not known
};

// The nine of OpenAI.
std::vector<PublishedModel> OpenAiModels();
// open_clip's ViT-H-14, ViT-g-14 and ViT-bigG-14.
std::vector<PublishedModel> LargerModels();

// Every number of a configuration in one line, so that two can be compared and the difference read.
std::string Numbers(const encoder::ClipConfig& config);

// A weights file that has a model's table, under the names of config.layout, and no data: a hole as long as the data.
void WriteHollowWeights(const std::string& path, const encoder::ClipConfig& config);

}  // namespace fovea::test
