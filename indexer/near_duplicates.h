#pragma once
// NearDuplicates searches a whole catalog for near-duplicates, as a job, and keeps what it found last.
//
// Owns:    the thread "duplicates" (with its team "dups1"..), and the last report: 12 bytes per photo in a group, also in the catalog.
//          While it searches: some dim + 60 bytes per photo, and 12 per pair found. Borrows everything it is given.
// Threads: any thread may call any method.
// Errors:  kBusy while a search runs. What ends a search early ends its job as failed or cancelled; the last report stays.
// Units:   cosines; photos.
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/worker.h"
#include "indexer/duplicate_groups.h"
#include "indexer/duplicates.h"
#include "indexer/job_board.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class NearDuplicates {
 public:
  // Reads the last report from the catalog.
  NearDuplicates(storage::Catalog& catalog, const Clock& clock, JobBoard& jobs);
  ~NearDuplicates();
  NearDuplicates(const NearDuplicates&) = delete;
  NearDuplicates& operator=(const NearDuplicates&) = delete;

  // Begins a search. Requires: the catalog has a model, levels in 0..1.
  Result<JobStatus> Begin(const DuplicateRequest& request) EXCLUDES(mutex_);
  // The running search, if any.
  std::optional<JobStatus> Running() const EXCLUDES(mutex_);
  // Asks the search to end soon; false when this is not its job.
  bool Cancel(uint64_t job) EXCLUDES(mutex_);

  // The last report without its groups, and how many there are of each kind.
  struct Summary {
    DuplicateReport report;
    std::array<size_t, kDuplicateKinds> groups = {};
  };
  Summary Last() const EXCLUDES(mutex_);
  // Groups of run `run`, from place `begin` on, at most `count`; none when that is not the last run.
  std::vector<DuplicateGroup> Groups(uint64_t run, size_t begin, size_t count) const EXCLUDES(mutex_);

  // RequestStop comes back at once; Stop also joins. Both may be called twice; nothing begins afterwards.
  void RequestStop() EXCLUDES(mutex_);
  void Stop() EXCLUDES(mutex_);

 private:
  class Search;
  void Run(const DuplicateRequest& request, JobBoard::Ticket job, const std::stop_token& stop) EXCLUDES(mutex_);
  Status Keep(DuplicateReport report, const std::stop_token& stop) EXCLUDES(mutex_);

  storage::Catalog& catalog_;
  const Clock& clock_;
  JobBoard& jobs_;
  Mutex joining_;  // held while a thread is joined; before mutex_
  mutable Mutex mutex_;
  bool stopped_ GUARDED_BY(mutex_) = false;
  JobBoard::Ticket job_ GUARDED_BY(mutex_) = 0;  // that runs; 0: none
  std::stop_source stop_ GUARDED_BY(mutex_);   // of it
  DuplicateReport last_ GUARDED_BY(mutex_);
  Thread thread_ GUARDED_BY(joining_);
};

}  // namespace fovea::indexer
