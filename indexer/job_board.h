#pragma once
// JobBoard keeps what background jobs have done so far: in memory while they run, in the catalog when they begin and end.
//
// Owns:    the running jobs. Borrows catalog and clock.
// Threads: any thread may call any method.
// Errors:  a catalog that refuses a job's record leaves the job in memory; it never stops the work itself.
// Units:   files; rates in files per second over the last seconds; times as Clock.
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "indexer/library.h"
#include "indexer/pipeline_item.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class JobBoard {
 public:
  // Names a job of this process; 0 names none, and every call with it does nothing.
  using Ticket = uint64_t;

  JobBoard(storage::Catalog& catalog, const Clock& clock) : catalog_(catalog), clock_(clock) {}
  JobBoard(const JobBoard&) = delete;
  JobBoard& operator=(const JobBoard&) = delete;

  Ticket Create(const std::string& kind, const std::string& subject, storage::JobState state) EXCLUDES(mutex_);
  void Start(Ticket job) EXCLUDES(mutex_);
  // One more file was handed to the pipeline for this job, or has ended.
  void FileFound(Ticket job) EXCLUDES(mutex_);
  void FileEnded(Ticket job, Outcome outcome) EXCLUDES(mutex_);
  // For work that is counted in large steps: how much there is, and how much is done so far.
  void Advance(Ticket job, uint64_t done, uint64_t total) EXCLUDES(mutex_);
  // No more files will be found: the total is known from now on.
  void AllFound(Ticket job) EXCLUDES(mutex_);
  // Waits until every file found has ended; false when a stop was requested first.
  bool WaitUntilSettled(Ticket job, const std::stop_token& stop) EXCLUDES(mutex_);
  void Finish(Ticket job, storage::JobState state, const std::string& error) EXCLUDES(mutex_);

  // For work that knows how far it is: photos or files done, of so many; `note` says what it waits for, if anything.
  void SetProgress(Ticket job, uint64_t done, uint64_t total, const std::string& note) EXCLUDES(mutex_);
  // Of a job that has not ended.
  std::optional<JobStatus> Find(Ticket job) const EXCLUDES(mutex_);

  // Newest first.
  std::vector<JobStatus> List(size_t limit) const EXCLUDES(mutex_);

 private:
  struct Sample {
    std::chrono::steady_clock::time_point at;
    uint64_t ended = 0;
  };
  struct Running {
    storage::JobRecord record;
    std::string note;
    uint64_t found = 0;
    bool all_found = false;
    std::deque<Sample> samples;  // oldest first, the first lies at most some seconds back
  };
  static uint64_t Ended(const Running& job) { return job.record.done + job.record.failed; }
  JobStatus Describe(const Running& job) const;
  void TakeSample(Running& job) const;
  // Writes the record as it is now; true when the catalog took it.
  bool Persist(Ticket job) EXCLUDES(mutex_);

  storage::Catalog& catalog_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar file_ended_;
  std::map<Ticket, Running> jobs_ GUARDED_BY(mutex_);
  Ticket last_ticket_ GUARDED_BY(mutex_) = 0;
};

}  // namespace fovea::indexer
