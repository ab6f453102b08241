#pragma once
// How a library works: what a daemon or a command settles before it makes one.
//
// Owns:    plain values.
// Threads: values of whoever holds them.
// Errors:  none.
// Units:   in the names.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "encoder/decoder.h"
#include "encoder/encoder.h"

namespace fovea::indexer {

enum class IndexKind {
  kAuto,         // exact while that takes no longer than a moment, approximate in large libraries
  kExact,        // every answer
  kApproximate,  // from 1,000 photos on
};

// Loads a model from what names it (`source`, as the caller of SwitchModel gave it): one Encoder per device.
using ModelLoader = std::function<Result<std::vector<std::unique_ptr<encoder::Encoder>>>(const std::string& source)>;
// Where the model that is given to Start comes from.
struct ModelOrigin {
  std::string source = {};  // what the ModelLoader would load it from; empty: not known, and the model cannot be switched at the start
  std::string asked = {};   // what the user asked for; empty: nothing
};
struct LibraryOptions {
  int decode_threads = 2;
  int batch_size = 32;
  int batch_wait_ms = 50;             // how long a batch that is not full waits for more pictures
  int max_batch_ms = 250;             // a slow device gets smaller batches, so that a question does not wait longer for it
  int question_wait_ms = 2;           // how long a question waits for others that are being prepared, to go together; 0 = not
  int max_waiting_questions = 1024;   // texts and query pictures that may wait for a device; more are kBusy
  int settle_ms = 500;                // a file is taken when it has not changed for this long
  int reconcile_s = 3600;             // how often every root is compared with the disk; 0 = never
  int thumbnail_px = 320;             // longer side of the stored thumbnails
  int snapshot_every_s = 300;         // how often a changed index is written to disk
  IndexKind index = IndexKind::kAuto;
  uint64_t index_memory_bytes = 0;    // that it may take before its vectors go to a file; 0: three quarters of what is available
  bool watch = true;                  // false: one scan per root and no watching (fovea index)
  bool scan = true;                   // false: no root is looked at, the library is as it was left (fovea search)
  int64_t keep_old_vectors_s = int64_t{7} * 24 * 3600;  // how long the vectors of a model that no longer answers stay
  ModelLoader load_model = {};        // empty: the model cannot be switched
  encoder::DecodeLimits limits;
};

}  // namespace fovea::indexer
