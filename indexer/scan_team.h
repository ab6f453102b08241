#pragma once
// ScanTeam is a few threads that help the caller with one job at a time: fork, join.
//
// Owns:    its threads "sweep0".., started at the first job that needs them, joined by the destructor.
// Threads: any may call Run; while helpers work at one job, the next caller who wants help waits, so that no more threads work
//          than the team has. A job for one thread runs at once on the caller's.
// Errors:  none.
// Units:   threads, the caller's included.
#include <cstddef>
#include <functional>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"

namespace fovea::indexer {

class ScanTeam {
 public:
  // 0: as many as this process may use cores.
  explicit ScanTeam(size_t threads = 0);
  ~ScanTeam();
  ScanTeam(const ScanTeam&) = delete;
  ScanTeam& operator=(const ScanTeam&) = delete;

  size_t threads() const { return threads_; }
  // Calls job(0) on the caller and, on up to wanted - 1 others that come in time, job(1), job(2)...; returns when all have returned.
  // So the job takes its work piece by piece from a shared counter, and is complete when job(0) found no more.
  void Run(size_t wanted, const std::function<void(size_t)>& job) EXCLUDES(turn_, mutex_);

 private:
  struct Place {
    const std::function<void(size_t)>* job = nullptr;
    size_t number = 0;
  };
  void Start() REQUIRES(turn_);
  void Help();
  // Waits for a job with a place left; false when the team stops.
  bool Join(Place& place) EXCLUDES(mutex_);
  void Leave() EXCLUDES(mutex_);

  const size_t threads_;
  Mutex turn_;  // held during a job
  std::vector<Thread> helpers_ GUARDED_BY(turn_);
  Mutex mutex_;
  CondVar wake_, done_;
  const std::function<void(size_t)>* job_ GUARDED_BY(mutex_) = nullptr;
  size_t open_ GUARDED_BY(mutex_) = 0;     // places that are left in the job
  size_t next_ GUARDED_BY(mutex_) = 0;     // the number of the next helper to join
  size_t working_ GUARDED_BY(mutex_) = 0;  // helpers in the job
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace fovea::indexer
