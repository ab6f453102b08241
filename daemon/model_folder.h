#pragma once
// ModelFolder finds models on this machine: by folder, or by name in the places where models lie.
//
// Owns:    nothing.
// Threads: any thread; reads the disk.
// Errors:  kNotFound names what was looked for and every place that was searched.
// Units:   none.
#include <string>
#include <vector>

#include "base/status.h"

namespace fovea::daemon {

// A folder counts as a model when it holds one of the configuration files that the encoder reads.
bool LooksLikeModel(const std::string& folder);
// In order of preference: $XDG_DATA_HOME/fovea/models, <program>/../share/fovea/models, and models/ of the source tree
// that holds <program> (in build/<preset>/).
std::vector<std::string> ModelPlaces();
// A folder if `name_or_folder` has a slash or is a folder that looks like a model; else the first place that has the name.
Result<std::string> FindModel(const std::string& name_or_folder);

struct FoundModel {
  std::string name;
  std::string folder;
};
// Every model in ModelPlaces(), each name once (the one that FindModel gives), in order of name.
std::vector<FoundModel> ListModels();

}  // namespace fovea::daemon
