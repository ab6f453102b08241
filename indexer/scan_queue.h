#pragma once
// ScanQueue compares roots with the disk, one after the other, when it is asked to and at intervals.
//
// Owns:    the thread "scan". Borrows everything it is given.
// Threads: any thread may call any method.
// Errors:  what goes wrong in a scan ends its job as failed, with the reason, and the root is scanned again later. A root that
//          is not there is set offline; nothing of it is deleted.
// Units:   seconds and milliseconds as named.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"
#include "indexer/health.h"
#include "indexer/job_board.h"
#include "indexer/pipeline.h"
#include "storage/catalog.h"
#include "storage/records.h"

namespace fovea::indexer {

class ScanQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Parts {
    storage::Catalog& catalog;
    Pipeline& pipeline;
    JobBoard& jobs;
    Health& health;
  };
  struct Options {
    int reconcile_s = 3600;                // 0 = never
    int retry_s = 30;                      // after a scan that failed
    std::vector<std::string> passed_over;  // see ScanOptions
  };
  // A scan that was asked for has a job from the beginning; a background one only once it finds a difference.
  enum class Reason { kAsked, kBackground };

  ScanQueue(const Parts& parts, Options options);
  ~ScanQueue();
  ScanQueue(const ScanQueue&) = delete;
  ScanQueue& operator=(const ScanQueue&) = delete;

  // A root that waits already is not queued twice; one that is being scanned is scanned once more.
  void Enqueue(storage::RootId root, Reason reason) EXCLUDES(mutex_);
  // After options.retry_s, for when something could not be stored.
  void EnqueueLater(storage::RootId root) EXCLUDES(mutex_);
  // Takes the root out and ends its scan.
  void Cancel(storage::RootId root) EXCLUDES(mutex_);

  // Until a scan of this root has ended (or the promise is taken back), the queue is not idle.
  void ExpectFirstScan(storage::RootId root) EXCLUDES(mutex_);
  void ForgetFirstScan(storage::RootId root) EXCLUDES(mutex_);
  // The root's folder is not there: its photos stay, marked as offline, and nobody waits for its first scan.
  void SetOffline(storage::RootId root, const std::string& reason) EXCLUDES(mutex_);
  // Idle: nothing runs, nothing is due now, every expected first scan has been. A scan ends when its files have.
  bool idle() const EXCLUDES(mutex_);
  bool WaitUntilIdle(TimePoint deadline) const EXCLUDES(mutex_);

  // RequestStop comes back at once; Stop also joins. Both may be called twice.
  void RequestStop() EXCLUDES(mutex_);
  void Stop() EXCLUDES(mutex_);

 private:
  struct Request {
    TimePoint due;
    Reason reason = Reason::kBackground;
    JobBoard::Ticket job = 0;
  };
  struct Next {
    storage::RootId root;
    Request request;
    std::stop_token stop;
  };

  void Run(const std::stop_token& stop);
  std::optional<Next> WaitForNext(const std::stop_token& stop) EXCLUDES(mutex_);
  // kOk when the root was compared wholly, or is offline.
  Status Scan(const Next& next);
  void Ended(storage::RootId root, bool well) EXCLUDES(mutex_);
  void SetState(const storage::Root& root, storage::RootState state, const std::string& reason);
  void Schedule(storage::RootId root, TimePoint due, Reason reason, JobBoard::Ticket job) REQUIRES(mutex_);
  bool IdleLocked() const REQUIRES(mutex_);

  const Parts parts_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  mutable CondVar became_idle_;
  std::map<storage::RootId, Request> requests_ GUARDED_BY(mutex_);
  std::set<storage::RootId> first_scans_ GUARDED_BY(mutex_);
  std::optional<storage::RootId> running_ GUARDED_BY(mutex_);
  std::stop_source scan_stop_ GUARDED_BY(mutex_);
  bool stopped_ GUARDED_BY(mutex_) = false;
  Thread thread_;
};

}  // namespace fovea::indexer
