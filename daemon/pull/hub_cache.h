#pragma once
// HubCache looks into the folder where Hugging Face's own programs keep what they have downloaded; what is whole there is
// used where it lies.
//
// Owns:    nothing; never writes there. Layout: models--OWNER--MODEL/refs/REVISION names a commit, snapshots/COMMIT/ has the files.
// Threads: any; reads the disk.
// Errors:  none: what cannot be read is not there.
// Units:   none.
#include <string>
#include <vector>

#include "daemon/pull/model_source.h"

namespace fovea::daemon {

// The snapshot's folder if it holds all files of a model, else "".
std::string FindInHubCache(const std::string& cache, const ModelSource& source);

struct CachedModel {
  std::string repository;
  std::string folder;
};
// Every repository whose "main" is a whole CLIP model.
std::vector<CachedModel> ListHubCache(const std::string& cache);

}  // namespace fovea::daemon
