#pragma once
// ModelSource is what a user means by NAME or REPO[@REV]: where a model comes from, and under which name it is kept.
//
// Owns:    plain values.
// Threads: any.
// Errors:  kInvalidArgument for what is neither a known name nor a repository's, with the nearest known name.
// Units:   none.
#include <string>

#include "base/status.h"
#include "daemon/pull/known_models.h"

namespace fovea::daemon {

struct ModelSource {
  std::string name;               // below the folder of models: "ViT-B-32", "owner/model", "owner/model@revision"
  std::string repository = {};    // "owner/model"; empty: a file of OpenAI's
  std::string revision = "main";
  const KnownModel* known = nullptr;  // from OpenAI, always there

  std::string LastName() const { return name.substr(name.rfind('/') + 1); }
};

Result<ModelSource> ParseModelSource(const std::string& text);

}  // namespace fovea::daemon
