#pragma once
// ChooseModelFiles tells from the names of a folder's or a repository's files which of them make up a model.
//
// Owns:    nothing.
// Threads: any.
// Errors:  kUnsupported names what was looked for.
// Units:   none.
#include <set>
#include <string>
#include <vector>

#include "base/status.h"

namespace fovea::daemon {

struct ModelFiles {
  std::vector<std::string> small;     // configuration and vocabulary (open_clip may leave OpenAI's out, which is built in)
  std::vector<std::string> weights;   // one file, or all shards with their index
  // Of transformers, without preprocessing or without vocabulary: no whole model, but perhaps an export of one tower.
  bool one_tower_at_most = false;
};

// safetensors before pickles; open_clip's layout before that of transformers, as the encoder reads a folder with both.
Result<ModelFiles> ChooseModelFiles(const std::set<std::string>& names);

}  // namespace fovea::daemon
