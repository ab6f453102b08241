#pragma once
// StopInOrder ends the parts of a running program; this is the only place that knows the order.
//
// Owns:    its thread "stop-watch" while it runs. Borrows the parts.
// Threads: called by the main thread, once.
// Errors:  a part that cannot end within kStopLimit makes the process end with exit code 1, its step's name logged; what
//          was reported as indexed is on disk by then.
// Units:   seconds.
#include <chrono>

#include "api/server.h"
#include "base/worker.h"
#include "indexer/library.h"
#include "storage/catalog.h"

namespace fovea::daemon {

inline constexpr std::chrono::seconds kStopLimit{10};

struct RunningParts {
  api::Server* server = nullptr;  // null for `fovea index`
  Thread& loader;                 // loads the model and starts the library
  indexer::Library& library;
  storage::Catalog& catalog;
};

// Refuse connections, wait for the loader, stop the library (watchers, queue, batch in hand, index snapshot), close
// storage, join I/O. Each step logs its name.
void StopInOrder(const RunningParts& parts);

}  // namespace fovea::daemon
