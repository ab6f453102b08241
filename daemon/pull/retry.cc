#include "daemon/pull/retry.h"

#include <algorithm>

#include "base/log.h"
#include "daemon/progress.h"
#include "indexer/pause.h"

namespace fovea::daemon {
namespace {

constexpr int kFirstPauseMs = 500;

}  // namespace

Status WaitBeforeRetry(const Retry& retry, const PullEvents& events, const std::stop_token& stop) {
  if (retry.tries >= kMostTries) return retry.fault;
  if (retry.asked && *retry.asked > kLongestAskedWait) {
    return retry.fault.WithContext(StrCat("the server asks to come back in ", DescribeSeconds(static_cast<double>(retry.asked->count()))));
  }
  const std::chrono::milliseconds usual = indexer::PauseAfter(retry.tries - 1, kFirstPauseMs);
  const std::chrono::milliseconds pause = retry.asked ? std::max<std::chrono::milliseconds>(*retry.asked, usual) : usual;
  const std::string when = retry.asked ? StrCat(" in ", DescribeSeconds(static_cast<double>(pause.count()) / 1000), ", as it asks") : "";
  events.note(StrCat(retry.fault.message(), "; trying again", when, retry.detail));
  return indexer::PauseUnlessStopped(pause, stop) ? Status() : Cancelled("stopped");
}

}  // namespace fovea::daemon
