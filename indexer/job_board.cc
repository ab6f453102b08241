#include "indexer/job_board.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"

namespace fovea::indexer {

using storage::JobRecord;
using storage::JobState;

namespace {

constexpr std::chrono::milliseconds kSampleEvery(250);
constexpr std::chrono::seconds kRateWindow(15);
constexpr size_t kMaxUnwritten = 64;  // ended jobs that the catalog did not take

bool IsOver(JobState state) { return state != JobState::kQueued && state != JobState::kRunning; }

}  // namespace

JobBoard::Ticket JobBoard::Create(const std::string& kind, const std::string& subject, JobState state) {
  Ticket ticket = 0;
  {
    MutexLock lock(mutex_);
    ticket = ++last_ticket_;
    Running& job = jobs_[ticket];
    job.record.kind = kind;
    job.record.subject = subject;
    job.record.state = state;
    job.record.created_at_ms = clock_.NowUnixMs();
  }
  Persist(ticket);
  return ticket;
}

bool JobBoard::Persist(Ticket ticket) {
  JobRecord record;
  {
    MutexLock lock(mutex_);
    const auto job = jobs_.find(ticket);
    if (job == jobs_.end()) return false;
    record = job->second.record;
  }
  const auto id = catalog_.PutJob(record);
  if (!id) {
    LogWarning("write the job of \"", record.subject, "\": ", id.error().ToString());
    return false;
  }
  MutexLock lock(mutex_);
  if (const auto job = jobs_.find(ticket); job != jobs_.end()) job->second.record.id = *id;
  return true;
}

void JobBoard::Start(Ticket ticket) {
  {
    MutexLock lock(mutex_);
    const auto job = jobs_.find(ticket);
    if (job == jobs_.end()) return;
    job->second.record.state = JobState::kRunning;
    TakeSample(job->second);
  }
  Persist(ticket);
}

void JobBoard::FileFound(Ticket ticket) {
  MutexLock lock(mutex_);
  if (const auto job = jobs_.find(ticket); job != jobs_.end()) ++job->second.found;
}

void JobBoard::FileEnded(Ticket ticket, Outcome outcome) {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(ticket);
  if (job == jobs_.end()) return;
  ++(outcome == Outcome::kFailed ? job->second.record.failed : job->second.record.done);
  TakeSample(job->second);
  file_ended_.NotifyAll();
}

void JobBoard::Advance(Ticket ticket, uint64_t done, uint64_t total) {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(ticket);
  if (job == jobs_.end()) return;
  job->second.record.done = done;
  job->second.record.total = job->second.found = total;
  job->second.all_found = true;
  TakeSample(job->second);
}

void JobBoard::TakeSample(Running& job) const {
  const auto now = clock_.Steady();
  if (!job.samples.empty() && now - job.samples.back().at < kSampleEvery) return;
  job.samples.push_back({now, Ended(job)});
  while (job.samples.size() > 1 && now - job.samples.front().at > kRateWindow) job.samples.pop_front();
}

void JobBoard::AllFound(Ticket ticket) {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(ticket);
  if (job == jobs_.end()) return;
  job->second.all_found = true;
  job->second.record.total = job->second.found;
}

bool JobBoard::WaitUntilSettled(Ticket ticket, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    file_ended_.NotifyAll();
  });
  MutexLock lock(mutex_);
  const auto job = jobs_.find(ticket);
  if (job == jobs_.end()) return !stop.stop_requested();
  while (Ended(job->second) < job->second.found && !stop.stop_requested()) file_ended_.Wait(mutex_);
  return Ended(job->second) >= job->second.found;
}

void JobBoard::SetProgress(Ticket ticket, uint64_t done, uint64_t total, const std::string& note) {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(ticket);
  if (job == jobs_.end()) return;
  if (done < Ended(job->second)) job->second.samples.clear();  // it looks again from an earlier place
  job->second.record.done = done;
  job->second.record.total = job->second.found = total;
  job->second.all_found = true;
  job->second.note = note;
  TakeSample(job->second);
}

std::optional<JobStatus> JobBoard::Find(Ticket ticket) const {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(ticket);
  return job == jobs_.end() ? std::nullopt : std::optional(Describe(job->second));
}

void JobBoard::Finish(Ticket ticket, JobState state, const std::string& error) {
  {
    MutexLock lock(mutex_);
    const auto job = jobs_.find(ticket);
    if (job == jobs_.end()) return;
    job->second.record.state = state;
    job->second.record.error = error;
    job->second.record.finished_at_ms = clock_.NowUnixMs();
  }
  const bool written = Persist(ticket);
  MutexLock lock(mutex_);
  if (written) {
    jobs_.erase(ticket);
    return;
  }
  const auto is_over = [](const auto& entry) { return IsOver(entry.second.record.state); };
  if (static_cast<size_t>(std::count_if(jobs_.begin(), jobs_.end(), is_over)) > kMaxUnwritten) {
    jobs_.erase(std::find_if(jobs_.begin(), jobs_.end(), is_over));
  }
}

JobStatus JobBoard::Describe(const Running& job) const {
  JobStatus status{.job = job.record, .rate = 0, .eta_s = {}, .note = job.note};
  if (IsOver(job.record.state) || job.samples.empty()) return status;
  const double seconds = std::chrono::duration<double>(clock_.Steady() - job.samples.front().at).count();
  const auto ended = static_cast<double>(Ended(job) - job.samples.front().ended);
  if (seconds > 0) status.rate = ended / seconds;
  if (job.all_found && status.rate > 0) status.eta_s = static_cast<double>(job.found - std::min(job.found, Ended(job))) / status.rate;
  return status;
}

// Memory first: a job leaves it once the store has its end, so that what was told as ended is never told as running again.
std::vector<JobStatus> JobBoard::List(size_t limit) const {
  std::vector<JobStatus> list;
  std::vector<uint64_t> shown;
  {
    MutexLock lock(mutex_);
    for (auto job = jobs_.rbegin(); job != jobs_.rend() && list.size() < limit; ++job) {
      list.push_back(Describe(job->second));
      shown.push_back(job->second.record.id);
    }
  }
  for (const JobRecord& record : catalog_.ListJobs(limit)) {
    if (list.size() >= limit) break;
    if (std::find(shown.begin(), shown.end(), record.id) == shown.end()) list.push_back({.job = record, .rate = 0, .eta_s = {}, .note = {}});
  }
  std::sort(list.begin(), list.end(), [](const JobStatus& a, const JobStatus& b) {
    return a.job.created_at_ms != b.job.created_at_ms ? a.job.created_at_ms > b.job.created_at_ms : a.job.id > b.job.id;
  });
  return list;
}

}  // namespace fovea::indexer
