#include "indexer/quiet_team.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "base/cores.h"
#include "base/log.h"
#include "base/worker.h"

namespace fovea::indexer {
namespace {

constexpr int kLowestPriority = 19;

}  // namespace

// On Linux the priority belongs to the thread.
void QuietTeam::LowerPriority() {
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowestPriority) != 0) LogDebug("the priority of a thread stays as it is");
}

QuietTeam::QuietTeam(std::stop_token stop, size_t threads) : stop_(std::move(stop)), threads_(threads == 0 ? UsableCores() : threads) {}

bool QuietTeam::Run(size_t items, const std::function<void(size_t, size_t)>& work) const {
  std::atomic<size_t> next = 0;
  const auto take = [&](size_t thread) {
    LowerPriority();
    while (!stopped()) {
      const size_t item = next++;
      if (item >= items) return;
      work(item, thread);
    }
  };
  std::vector<Thread> helpers;
  for (size_t thread = 1; thread < std::min(threads_, items); ++thread) {
    helpers.emplace_back("dups" + std::to_string(thread), [&take, thread](const std::stop_token&) { take(thread); });
  }
  take(0);
  for (Thread& helper : helpers) helper.Join();
  return !stopped();
}

}  // namespace fovea::indexer
