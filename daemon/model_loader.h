#pragma once
// StartLoader loads the model, once per device, and starts the library on a thread of its own, so that the port answers
// meanwhile.
//
// Owns:    nothing. ModelSupply, Library and StopRequest must outlive the thread.
// Threads: gives back the thread "model-load", which ends when the library has started or failed to.
// Errors:  a failure is handed to the StopRequest, which ends the program with it.
// Units:   none.
#include <string>
#include <vector>

#include "base/worker.h"
#include "daemon/model_supply.h"
#include "daemon/stop_request.h"
#include "encoder/clip_model.h"
#include "indexer/library.h"

namespace fovea::daemon {

Thread StartLoader(ModelSupply& supply, std::vector<encoder::ClipModelOptions> devices, indexer::ModelOrigin origin, indexer::Library& library,
                   StopRequest& stop);

}  // namespace fovea::daemon
