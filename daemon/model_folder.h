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

// A folder counts as a model when it holds a configuration that the encoder reads, or weights that need none.
bool LooksLikeModel(const std::string& folder);
// Where `fovea model pull` puts models: $XDG_DATA_HOME/fovea/models; empty when there is no home.
std::string ModelsFolder();
// In order of preference: ModelsFolder(), <program>/../share/fovea/models, and models/ of the source tree that holds
// <program> (in build/<preset>/).
std::vector<std::string> ModelPlaces();
// The folder (or file of weights) itself if it is there; else the first place that has the name, then Hugging Face's cache. A name may be
// "ViT-B/32" or "owner/model@revision" too. What is not there but can be fetched is told with the command that does so.
Result<std::string> FindModel(const std::string& name_or_folder);

struct FoundModel {
  std::string name;
  std::string folder;
  bool in_hub_cache = false;  // Hugging Face's, which is not ours to change
};
// Every model in ModelPlaces() and in Hugging Face's cache, each name once (the one that FindModel gives), in order of name.
std::vector<FoundModel> ListModels();

}  // namespace fovea::daemon
