#pragma once
// FindModel says what a path given as a model means: a folder, or one weights file in it; and which weights files there are.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kNotFound names what was looked for.
// Units:   none.
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/clip_config.h"

namespace fovea::encoder {

struct ModelPlace {
  std::string folder;
  std::vector<std::string> weights;  // file names inside the folder; more than one: shards
  std::string name;                  // what the model is called: the folder's name, or the file's without its ending
  bool open_clip = false;            // open_clip_config.json is there
  bool hugging_face = false;         // config.json is there
};

Result<ModelPlace> FindModel(const std::string& path);

// The weights files of a folder in a layout, in that layout's order of preference.
Result<std::vector<std::string>> FindWeightFiles(const std::string& folder, Layout layout);

}  // namespace fovea::encoder
