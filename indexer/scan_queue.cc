#include "indexer/scan_queue.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "indexer/scanner.h"

namespace fovea::indexer {

using storage::JobState;
using storage::Location;
using storage::Root;
using storage::RootId;
using storage::RootState;

namespace {

// Turns the differences of one scan into work for the pipeline, and counts it for the scan's job.
class ScanToPipeline final : public ScanSink {
 public:
  ScanToPipeline(const ScanQueue::Parts& parts, const Root& root, JobBoard::Ticket job, std::stop_source& stop)
      : parts_(parts), root_(root), job_(job), stop_(stop) {}

  void OnChanged(const Location& location, const storage::FileStamp&) override {
    parts_.jobs.FileFound(Job());
    if (parts_.pipeline.Submit({.location = location, .job = Job()}, Pipeline::Urgency::kBulk)) return;
    parts_.jobs.FileEnded(Job(), Outcome::kDropped);
    stop_.request_stop();  // the pipeline is stopping
  }
  void OnMoved(const Location& from, const Location& to) override { Take(parts_.pipeline.MovePath(from, to)); }
  void OnGone(const Location& location) override { Take(parts_.pipeline.RemovePath(location)); }
  void OnUnreadable(const Location& location, const storage::FileStamp& stamp, const Status& why) override {
    parts_.jobs.FileFound(Job());
    Take(parts_.pipeline.StoreUnreadable(location, stamp, why));
    parts_.jobs.FileEnded(Job(), Outcome::kFailed);
  }
  void OnProgress(uint64_t) override {}

  JobBoard::Ticket job() const { return job_; }
  const Status& first_error() const { return first_error_; }

 private:
  JobBoard::Ticket Job() {
    if (job_ == 0) job_ = parts_.jobs.Create("scan", root_.path, JobState::kRunning);
    return job_;
  }
  void Take(Status status) {
    if (first_error_.ok()) first_error_ = std::move(status);
  }

  const ScanQueue::Parts& parts_;
  const Root& root_;
  JobBoard::Ticket job_;
  std::stop_source& stop_;
  Status first_error_;
};

// The name under which Health knows this root's scan.
std::string PartOf(const Root& root) { return StrCat("compare \"", root.path, "\" with the disk"); }

}  // namespace

ScanQueue::ScanQueue(const Parts& parts, Options options) : parts_(parts), options_(std::move(options)) {
  thread_ = Thread("scan", [this](const std::stop_token& stop) { Run(stop); });
}

ScanQueue::~ScanQueue() { Stop(); }

void ScanQueue::Schedule(RootId root, TimePoint due, Reason reason, JobBoard::Ticket job) {
  const auto [place, is_new] = requests_.try_emplace(root, Request{due, reason, job});
  Request& request = place->second;
  if (!is_new) {
    request.due = std::min(request.due, due);
    if (reason == Reason::kAsked) request.reason = reason;
    if (request.job == 0) request.job = job;
  }
  changed_.NotifyAll();
}

void ScanQueue::Enqueue(RootId id, Reason reason) {
  {
    MutexLock lock(mutex_);
    const auto known = requests_.find(id);
    const bool has_job = known != requests_.end() && known->second.job != 0;
    if (reason == Reason::kBackground || has_job) return Schedule(id, std::chrono::steady_clock::now(), reason, 0);
  }
  const auto root = parts_.catalog.GetRoot(id);
  if (!root) return;
  const auto job = parts_.jobs.Create("scan", root->path, JobState::kQueued);
  bool used = false;
  {
    MutexLock lock(mutex_);
    Schedule(id, std::chrono::steady_clock::now(), reason, job);
    used = requests_.at(id).job == job;
  }
  if (!used) parts_.jobs.Finish(job, JobState::kCancelled, "the same scan was asked for twice");
}

void ScanQueue::EnqueueLater(RootId root) {
  MutexLock lock(mutex_);
  Schedule(root, std::chrono::steady_clock::now() + std::chrono::seconds(options_.retry_s), Reason::kBackground, 0);
}

void ScanQueue::Cancel(RootId id) {
  JobBoard::Ticket job = 0;
  std::stop_source running(std::nostopstate);
  {
    MutexLock lock(mutex_);
    if (const auto request = requests_.find(id); request != requests_.end()) {
      job = request->second.job;
      requests_.erase(request);
    }
    if (running_ == id) running = scan_stop_;
    first_scans_.erase(id);
    if (IdleLocked()) became_idle_.NotifyAll();
  }
  running.request_stop();
  parts_.jobs.Finish(job, JobState::kCancelled, "the root was removed");
  if (const auto root = parts_.catalog.GetRoot(id)) parts_.health.Report(PartOf(*root), Status());
}

void ScanQueue::ExpectFirstScan(RootId root) {
  MutexLock lock(mutex_);
  first_scans_.insert(root);
}

void ScanQueue::ForgetFirstScan(RootId root) {
  MutexLock lock(mutex_);
  first_scans_.erase(root);
  if (IdleLocked()) became_idle_.NotifyAll();
}

void ScanQueue::SetOffline(RootId id, const std::string& reason) {
  if (const auto root = parts_.catalog.GetRoot(id)) SetState(*root, RootState::kOffline, reason);
  ForgetFirstScan(id);
}

bool ScanQueue::IdleLocked() const {
  if (running_ || !first_scans_.empty()) return false;
  const auto now = std::chrono::steady_clock::now();
  return std::none_of(requests_.begin(), requests_.end(), [&](const auto& request) { return request.second.due <= now; });
}

bool ScanQueue::idle() const {
  MutexLock lock(mutex_);
  return IdleLocked();
}

bool ScanQueue::WaitUntilIdle(TimePoint deadline) const {
  MutexLock lock(mutex_);
  while (!IdleLocked()) {
    if (!became_idle_.WaitUntil(mutex_, deadline)) return IdleLocked();
  }
  return true;
}

void ScanQueue::Run(const std::stop_token& stop) {
  while (auto next = WaitForNext(stop)) {
    Ended(next->root, Scan(*next).ok());
  }
}

std::optional<ScanQueue::Next> ScanQueue::WaitForNext(const std::stop_token& stop) {
  MutexLock lock(mutex_);
  while (!stopped_ && !stop.stop_requested()) {
    const auto first = std::min_element(requests_.begin(), requests_.end(),
                                        [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
    if (first == requests_.end()) {
      changed_.Wait(mutex_);
    } else if (const TimePoint due = first->second.due; due > std::chrono::steady_clock::now()) {
      changed_.WaitUntil(mutex_, due);
    } else {
      Next next{first->first, first->second, {}};
      requests_.erase(first);
      running_ = next.root;
      scan_stop_ = std::stop_source();
      next.stop = scan_stop_.get_token();
      return next;
    }
  }
  return std::nullopt;
}

Status ScanQueue::Scan(const Next& next) {
  const auto root = parts_.catalog.GetRoot(next.root);
  if (!root || root->state == RootState::kRemoving) {
    parts_.jobs.Finish(next.request.job, JobState::kCancelled, "the root was removed");
    return Status();
  }
  parts_.jobs.Start(next.request.job);
  std::stop_source stop;
  {
    MutexLock lock(mutex_);
    stop = scan_stop_;
  }
  ScanToPipeline sink(parts_, *root, next.request.job, stop);
  const ScanOptions options{.folder = "", .passed_over = options_.passed_over};
  const auto summary = ScanRoot(parts_.catalog, *root, options, sink, next.stop);
  parts_.jobs.AllFound(sink.job());
  const bool settled = parts_.jobs.WaitUntilSettled(sink.job(), next.stop);
  if (!settled || (!summary && summary.error().code() == StatusCode::kCancelled)) {
    parts_.jobs.Finish(sink.job(), JobState::kCancelled, "stopped before its end");
    return Status();
  }
  const Status status = summary ? sink.first_error() : summary.error();
  parts_.health.Report(PartOf(*root), status);
  if (!status.ok()) {
    parts_.jobs.Finish(sink.job(), JobState::kFailed, status.ToString());
    return status;
  }
  const bool offline = summary->end == ScanEnd::kOffline;
  SetState(*root, offline ? RootState::kOffline : RootState::kOnline, summary->offline_reason);
  parts_.jobs.Finish(sink.job(), offline ? JobState::kFailed : JobState::kDone, summary->offline_reason);
  return Status();
}

void ScanQueue::SetState(const Root& root, RootState state, const std::string& reason) {
  if (root.state == state) return;
  const Status status = parts_.catalog.SetRootState(root.id, state);
  if (!status.ok() && status.code() != StatusCode::kNotFound) {
    LogError("remember the state of \"", root.path, "\": ", status.ToString());
  } else if (state == RootState::kOffline) {
    LogWarning("root \"", root.path, "\" is offline: ", reason, "; its photos stay");
  } else {
    LogInfo("root \"", root.path, "\" is online again");
  }
}

void ScanQueue::Ended(RootId root, bool well) {
  const bool known = parts_.catalog.GetRoot(root).has_value();
  const auto now = std::chrono::steady_clock::now();
  MutexLock lock(mutex_);
  running_.reset();
  first_scans_.erase(root);
  if (known && !well) Schedule(root, now + std::chrono::seconds(options_.retry_s), Reason::kBackground, 0);
  if (known && options_.reconcile_s > 0) Schedule(root, now + std::chrono::seconds(options_.reconcile_s), Reason::kBackground, 0);
  if (IdleLocked()) became_idle_.NotifyAll();
}

void ScanQueue::RequestStop() {
  std::stop_source running(std::nostopstate);
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    running = scan_stop_;
    changed_.NotifyAll();
  }
  running.request_stop();
}

void ScanQueue::Stop() {
  RequestStop();
  thread_.Join();
}

}  // namespace fovea::indexer
