// Library: backups while it runs.
#include "indexer/library_impl.h"

namespace fovea::indexer {

using storage::JobState;

Result<storage::BackupFacts> Library::BackUp(const std::string& folder) {
  if (impl_->backing_up.exchange(true)) return Failed(Busy("a backup is being made already"));
  const JobBoard::Ticket job = impl_->jobs.Create("backup", folder, JobState::kRunning);
  auto facts = impl_->catalog.BackUp(folder, [this] { return !impl_->stopped; });
  impl_->backing_up = false;
  const bool cancelled = !facts && facts.error().code() == StatusCode::kCancelled;
  impl_->jobs.Finish(job, facts ? JobState::kDone : cancelled ? JobState::kCancelled : JobState::kFailed, facts ? "" : facts.error().message());
  return facts;
}

}  // namespace fovea::indexer
