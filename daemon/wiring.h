#pragma once
// Wiring turns settings into the components' own options and sets what is set once per process.
//
// Owns:    nothing.
// Threads: called by the main thread at start.
// Errors:  kInvalidArgument names the setting; kNotFound names the folder.
// Units:   as the options they fill.
#include <memory>
#include <string>
#include <vector>

#include "api/server.h"
#include "base/status.h"
#include "daemon/settings.h"
#include "encoder/clip_model.h"
#include "indexer/library.h"
#include "storage/catalog.h"

namespace fovea::daemon {

// The limit of open files, Torch's and libvips' threads; once per process, before anything encodes or decodes.
Status InitProcess(const Settings& settings);
void SetLogLevelFrom(const Settings& settings);

indexer::LibraryOptions MakeLibraryOptions(const Settings& settings);
Result<api::ServerOptions> MakeServerOptions(const Settings& settings);
encoder::ClipModelOptions MakeModelOptions(const Settings& settings);
// One for each device that the daemon runs the model on: all of `cuda_devices` when the settings name none of them, else one.
std::vector<encoder::ClipModelOptions> MakeDeviceOptions(const Settings& settings, int cuda_devices);
Result<std::unique_ptr<storage::Catalog>> OpenCatalog(const Settings& settings);

// The folders as absolute paths without links; every one must be there.
Result<std::vector<std::string>> ResolveRoots(const std::vector<std::string>& roots);
// Adds the folders; one that is known already is fine.
Status AddRoots(indexer::Library& library, const std::vector<std::string>& roots);

}  // namespace fovea::daemon
