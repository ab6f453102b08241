#include "indexer/scan_team.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/cores.h"

namespace fovea::indexer {

ScanTeam::ScanTeam(size_t threads) : threads_(threads != 0 ? threads : UsableCores()) {}

ScanTeam::~ScanTeam() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyAll();
  MutexLock turn(turn_);
  for (Thread& helper : helpers_) helper.Join();
}

void ScanTeam::Start() {
  for (size_t i = helpers_.size(); i + 1 < threads_; ++i) {
    helpers_.emplace_back("sweep" + std::to_string(i), [this](const std::stop_token&) { Help(); });
  }
}

void ScanTeam::Run(size_t wanted, const std::function<void(size_t)>& job) {
  wanted = std::min(wanted, threads_);
  if (wanted <= 1) return job(0);
  MutexLock turn(turn_);
  Start();
  {
    MutexLock lock(mutex_);
    job_ = &job;
    open_ = wanted - 1;
    next_ = 1;
  }
  wake_.NotifyAll();
  job(0);
  MutexLock lock(mutex_);
  open_ = 0;
  while (working_ > 0) done_.Wait(mutex_);
}

bool ScanTeam::Join(Place& place) {
  MutexLock lock(mutex_);
  while (open_ == 0 && !stopping_) wake_.Wait(mutex_);
  if (stopping_) return false;
  place = {job_, next_++};
  --open_;
  ++working_;
  return true;
}

void ScanTeam::Leave() {
  MutexLock lock(mutex_);
  --working_;
  done_.NotifyOne();
}

void ScanTeam::Help() {
  for (Place place; Join(place); Leave()) (*place.job)(place.number);
}

}  // namespace fovea::indexer
