#pragma once
// How a library is: its roots, jobs, index, models and devices.
//
// Owns:    plain values.
// Threads: values of whoever holds them.
// Errors:  none.
// Units:   times UTC ms; rates in files per second.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "encoder/device_queue.h"
#include "encoder/encoder.h"
#include "storage/model_table.h"
#include "storage/records.h"

namespace fovea::indexer {

struct JobStatus {
  storage::JobRecord job;
  double rate = 0;                // files per second lately
  std::optional<double> eta_s;    // unknown while total or rate is
  std::string note;               // what it waits for, or what is to be known of it; while it runs
};
struct IndexStatus {
  bool approximate = false;  // answers that need not be exact go through lists
  size_t lists = 0;          // 0: none trained yet
  std::string memory = {};         // what of it lies in memory: all, codes, none
  std::string memory_reason = {};  // why not all of it; empty: all is
  size_t waiting = 0;        // vectors that are in no list yet; every search goes through them
  std::string rebuilding;    // which file was damaged or gone, until it is written again; empty: none
};

struct RootStatus {
  storage::Root root;
  bool watching = false;
  uint64_t photos = 0;  // paths indexed
};
struct LibraryStatus {
  bool ready = false;
  std::string state;  // "loading", "ready", or what failed in the background
  uint64_t photos = 0;
  uint64_t failures = 0;
  size_t vectors = 0;       // in the index
  IndexStatus index;
  uint64_t pending = 0;     // files seen but not yet stored or failed
  encoder::DeviceQueue::State encoding;     // devices, limits, what waits; empty until loaded
  std::optional<encoder::ModelInfo> model;  // once loaded
  std::vector<RootStatus> roots;
};

struct ModelStatus {
  storage::ModelRecord model;
  std::optional<JobStatus> job = {};  // that brings the library to it
};

}  // namespace fovea::indexer
