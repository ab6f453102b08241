// Catalog: failures and jobs.
#include <algorithm>

#include "base/log.h"
#include "storage/catalog.h"
#include "storage/catalog_impl.h"
#include "storage/keys.h"

namespace fovea::storage {
namespace {

constexpr uint64_t kJobsKept = 1000;

}  // namespace

Result<std::vector<FailureRecord>> CatalogView::ListFailures(const std::optional<Location>& after, size_t limit) const {
  ENTER_OR_RETURN(*impl_);
  std::vector<FailureRecord> failures;
  if (limit == 0) return failures;
  std::string begin;
  if (after) begin = PathKey(*after) + '\0';
  RETURN_IF_ERROR(impl_->database->ForEach(Column::kFailures, "", begin, [&](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(Location location, ParsePathKey(key));
    ASSIGN_OR_RETURN(FailureRecord failure, DecodeFailure(std::move(location), value));
    failures.push_back(std::move(failure));
    return failures.size() < limit;
  }));
  return failures;
}

Result<FailureRecord> CatalogView::GetFailure(const Location& location) const {
  ENTER_OR_RETURN(*impl_);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, impl_->database->Get(Column::kFailures, PathKey(location)));
  if (!value) return Failed(NotFound(StrCat("no failure of \"", location.path, "\" in root ", location.root.value)));
  return DecodeFailure(location, *value);
}

Result<uint64_t> Catalog::ForgetFailures(const std::optional<Location>& only) {
  if (only) {
    RETURN_IF_ERROR(GetFailure(*only));
    RETURN_IF_ERROR(RemovePath(*only));
    return 1;
  }
  ENTER_OR_RETURN(*impl_);
  uint64_t forgotten = 0;
  while (true) {
    MutexLock lock(impl_->write_mutex);
    Change change = impl_->Begin();
    ASSIGN_OR_RETURN(const std::vector<FailureRecord> failures, ListFailures(std::nullopt, kPathsPerBatch));
    if (failures.empty()) return forgotten;
    for (const FailureRecord& failure : failures) {
      change.RemovePath({failure.location, failure.stamp, PathState::kFailed, PhotoId{}});
    }
    RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kSynced));
    forgotten += failures.size();
  }
}

Result<uint64_t> Catalog::PutJob(const JobRecord& job) {
  ENTER_OR_RETURN(*impl_);
  MutexLock lock(impl_->write_mutex);
  Change change = impl_->Begin();
  JobRecord kept = job;
  if (kept.id == 0) {
    kept.id = change.counters().next_job++;
    if (kept.id > kJobsKept) change.Delete(Column::kJobs, JobKey(kept.id - kJobsKept));
  }
  change.Put(Column::kJobs, JobKey(kept.id), EncodeJob(kept));
  RETURN_IF_ERROR(impl_->Commit(change, Database::Durability::kBuffered));
  return kept.id;
}

std::vector<JobRecord> CatalogView::ListJobs(size_t limit) const {
  std::vector<JobRecord> jobs;
  const Gate::Pass pass = impl_->gate.Enter();
  if (!pass) return jobs;
  const Status read = impl_->database->ForEach(Column::kJobs, "", "", [&jobs](std::string_view key, std::string_view value) -> Result<bool> {
    ASSIGN_OR_RETURN(const uint64_t id, ParseJobKey(key));
    Result<JobRecord> job = DecodeJob(id, value);
    if (job) jobs.push_back(*std::move(job));
    else LogWarning(job.error().message());
    return true;
  });
  if (!read.ok()) LogWarning(read.message());
  std::reverse(jobs.begin(), jobs.end());
  if (jobs.size() > limit) jobs.resize(limit);
  return jobs;
}

}  // namespace fovea::storage
