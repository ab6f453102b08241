#pragma once
// Candidate is a file that may have to be indexed; PipelineItem is what becomes of it on its way through the pipeline.
// Everything that belongs to one picture travels in one item, so that nothing can slip to a neighbour.
//
// Owns:    plain values; an item moves from stage to stage and is never shared.
// Threads: value types.
// Errors:  `failure` says why a picture cannot be indexed; it travels to the writer like any other item.
// Units:   as PhotoRecord; `vector` is one row of unit length.
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/encoder.h"
#include "storage/records.h"

namespace fovea::indexer {

struct Candidate {
  storage::Location location;
  uint64_t job = 0;  // the scan that found it; 0 when the watcher did
  int tries = 0;     // how often it changed while it was read
};

// How a candidate ended. Each one that was taken in ends exactly once.
enum class Outcome {
  kIndexed,    // stored
  kUnchanged,  // the catalog had it already, with this very stamp
  kFailed,     // remembered as a failure
  kDropped,    // gone, moved, superseded by a newer event, or the pipeline was stopped
};

struct PipelineItem {
  Candidate candidate;
  storage::FileStamp stamp;
  storage::PhotoRecord photo;      // facts; `id` is not set
  uint32_t model = 0;              // for which `input` was made and `vector` is; its number in the catalog
  encoder::ModelInput input;       // empty when the content is known already
  std::string thumbnail;           // image/webp
  std::vector<float> vector;       // once encoded
  Status failure;
  std::chrono::steady_clock::time_point queued_at;  // when it was put into the queue of the next stage
};
using ItemPtr = std::unique_ptr<PipelineItem>;

}  // namespace fovea::indexer
