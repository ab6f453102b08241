#pragma once
// FolderJobs removes roots, and removes or renames large folders, batch after batch beside all else, with a job for each.
//
// Owns:    the thread "folders" and what waits for it. Borrows everything it is given.
// Threads: any thread may call any method. One job runs at a time; the index's writer is free between two batches.
// Errors:  what the catalog refuses ends the job as failed, with the reason. A root goes on being removed at the next start;
//          a folder's root is compared with the disk.
// Units:   paths.
#include <chrono>
#include <deque>
#include <optional>
#include <stop_token>

#include "base/mutex.h"
#include "base/worker.h"
#include "indexer/index_writer.h"
#include "indexer/job_board.h"
#include "indexer/scan_queue.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class FolderJobs {
 public:
  struct Parts {
    storage::Catalog& catalog;
    IndexWriter& writer;
    JobBoard& jobs;
    ScanQueue& scans;
  };
  explicit FolderJobs(const Parts& parts);
  ~FolderJobs();
  FolderJobs(const FolderJobs&) = delete;
  FolderJobs& operator=(const FolderJobs&) = delete;

  // A root in the state kRemoving; one that waits already, or is in hand, is left alone.
  void RemoveRoot(storage::RootId root);
  // What is left of a folder that is gone, or that lies at `to` now.
  void Remove(const storage::PathSweep& sweep);
  void Move(const storage::PathSweep& sweep, const storage::Location& to);

  bool idle() const EXCLUDES(mutex_);
  // False when `deadline` passes first.
  bool WaitUntilIdle(std::chrono::steady_clock::time_point deadline) const EXCLUDES(mutex_);

  // RequestStop comes back at once; Stop also joins. The job in hand ends with its batch. Both may be called twice.
  void RequestStop();
  void Stop();

 private:
  struct Task {
    storage::PathSweep sweep;
    std::optional<storage::Location> to = {};  // of a rename
    JobBoard::Ticket job = 0;
  };
  void Add(Task task) EXCLUDES(mutex_);
  void Run(const std::stop_token& stop);
  std::optional<Task> Next(const std::stop_token& stop) EXCLUDES(mutex_);
  // Gives how the job ended.
  storage::JobState Do(Task& task, const std::stop_token& stop);
  // All batches; kCancelled when a stop was requested, or the root is to stay.
  Status Sweep(Task& task, const std::stop_token& stop);
  uint64_t Count(const Task& task, const std::stop_token& stop) const;

  const Parts parts_;
  mutable Mutex mutex_;
  CondVar added_;
  mutable CondVar became_idle_;
  std::deque<Task> tasks_ GUARDED_BY(mutex_);  // the first is in hand
  Thread thread_;
};

}  // namespace fovea::indexer
