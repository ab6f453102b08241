#pragma once
// SearchRounds lets searches that arrive while one runs wait and go together in the next round: sixteen queries in one sweep cost
// what four one by one do.
//
// Owns:    nothing that outlives a call.
// Threads: any may call; one of those that wait runs the round for all.
// Errors:  none.
// Units:   queries; a round takes all that wait, as many as there are callers.
#include <functional>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "indexer/exact_scan.h"

namespace fovea::indexer {

class SearchRounds {
 public:
  using Run = std::function<std::vector<ScanAnswer>(std::span<const ScanQuery>)>;

  // One answer per query. Requires: callers at the same time give a `run` that answers alike; `run` gives an answer per query.
  std::vector<ScanAnswer> Search(std::span<const ScanQuery> queries, const Run& run) EXCLUDES(mutex_);
  // Callers that wait for their round.
  size_t waiting() const EXCLUDES(mutex_);

 private:
  struct Caller {
    std::span<const ScanQuery> queries;
    std::vector<ScanAnswer> answers;
    bool done = false;  // under mutex_
  };
  static void RunRound(std::span<Caller* const> round, const Run& run);

  mutable Mutex mutex_;
  CondVar round_over_;
  std::vector<Caller*> waiting_ GUARDED_BY(mutex_);
  bool running_ GUARDED_BY(mutex_) = false;
};

}  // namespace fovea::indexer
