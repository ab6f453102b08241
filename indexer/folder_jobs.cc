#include "indexer/folder_jobs.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "indexer/pause.h"

namespace fovea::indexer {

using storage::JobState;
using storage::Location;
using storage::PathSweep;
using storage::RootId;

namespace {

// Between two batches: a lock is not given to those who wait, but to who comes first.
constexpr std::chrono::milliseconds kRoomForOthers(2);

bool IsWholeRoot(const PathSweep& sweep) { return sweep.folder.empty(); }

}  // namespace

FolderJobs::FolderJobs(const Parts& parts) : parts_(parts) {
  thread_ = Thread("folders", [this](const std::stop_token& stop) { Run(stop); });
}

FolderJobs::~FolderJobs() { Stop(); }

void FolderJobs::RemoveRoot(RootId root) {
  {
    MutexLock lock(mutex_);
    const auto same = [&](const Task& task) { return task.sweep.root == root && IsWholeRoot(task.sweep); };
    if (std::any_of(tasks_.begin(), tasks_.end(), same)) return;
  }
  Add({.sweep = {.root = root}});
}

void FolderJobs::Remove(const PathSweep& sweep) { Add({.sweep = sweep}); }

void FolderJobs::Move(const PathSweep& sweep, const Location& to) { Add({.sweep = sweep, .to = to}); }

void FolderJobs::Add(Task task) {
  const auto root = parts_.catalog.GetRoot(task.sweep.root);
  if (!root) return;
  const std::string subject = IsWholeRoot(task.sweep) ? root->path : root->path + "/" + task.sweep.folder;
  task.job = parts_.jobs.Create(task.to ? "move" : "remove", subject, JobState::kQueued);
  MutexLock lock(mutex_);
  tasks_.push_back(std::move(task));
  added_.NotifyAll();
}

bool FolderJobs::idle() const {
  MutexLock lock(mutex_);
  return tasks_.empty();
}

bool FolderJobs::WaitUntilIdle(std::chrono::steady_clock::time_point deadline) const {
  MutexLock lock(mutex_);
  while (!tasks_.empty()) {
    if (!became_idle_.WaitUntil(mutex_, deadline)) return tasks_.empty();
  }
  return true;
}

void FolderJobs::Run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    added_.NotifyAll();
  });
  while (auto task = Next(stop)) {
    const JobState ended = Do(*task, stop);
    // It may have ended because the root was to stay, and meanwhile it is to go again.
    const auto root = parts_.catalog.GetRoot(task->sweep.root);
    const bool again = ended == JobState::kCancelled && IsWholeRoot(task->sweep) && root && root->state == storage::RootState::kRemoving;
    if (again && !stop.stop_requested()) Add({.sweep = {.root = root->id}});
    MutexLock lock(mutex_);
    tasks_.pop_front();
    if (tasks_.empty()) became_idle_.NotifyAll();
  }
}

std::optional<FolderJobs::Task> FolderJobs::Next(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (tasks_.empty() && !stop.stop_requested()) added_.Wait(mutex_);
  if (stop.stop_requested()) return std::nullopt;
  return tasks_.front();
}

JobState FolderJobs::Do(Task& task, const std::stop_token& stop) {
  parts_.jobs.Start(task.job);
  Status status = Sweep(task, stop);
  if (status.code() == StatusCode::kNotFound) status = Status();  // the root went with an earlier job
  const JobState state = status.ok() ? JobState::kDone : status.code() == StatusCode::kCancelled ? JobState::kCancelled : JobState::kFailed;
  parts_.jobs.Finish(task.job, state, status.message());
  if (state == JobState::kFailed) LogError("remove or rename paths: ", status.ToString());
  if (IsWholeRoot(task.sweep)) return state;
  // Files may have come to the old place or the new one while the catalog was on its way.
  for (const RootId root : {task.sweep.root, task.to ? task.to->root : task.sweep.root}) parts_.scans.Enqueue(root, ScanQueue::Reason::kBackground);
  return state;
}

Status FolderJobs::Sweep(Task& task, const std::stop_token& stop) {
  const uint64_t total = Count(task, stop);
  for (uint64_t done = 0; !task.sweep.done;) {
    if (!PauseUnlessStopped(kRoomForOthers, stop)) return Cancelled("fovea ended before the job did");
    ASSIGN_OR_RETURN(const size_t paths, task.to ? parts_.writer.MovePaths(task.sweep, *task.to) : parts_.writer.RemovePaths(task.sweep));
    done += paths;
    parts_.jobs.Advance(task.job, done, std::max(done, total));
  }
  if (!IsWholeRoot(task.sweep)) return Status();
  RETURN_IF_ERROR(parts_.catalog.ForgetRoot(task.sweep.root));
  LogInfo("root ", task.sweep.root.value, " removed");
  return Status();
}

uint64_t FolderJobs::Count(const Task& task, const std::stop_token& stop) const {
  uint64_t paths = 0;
  const std::string prefix = IsWholeRoot(task.sweep) ? "" : task.sweep.folder + "/";
  const Status counted = parts_.catalog.ForEachPath(task.sweep.root, prefix, [&](const storage::PathRecord&) { return ++paths, !stop.stop_requested(); });
  return counted.ok() ? paths : 0;  // what cannot be read fails again, with its reason, when it is to be removed
}

void FolderJobs::RequestStop() { thread_.RequestStop(); }

void FolderJobs::Stop() {
  RequestStop();
  thread_.Join();
}

}  // namespace fovea::indexer
