#pragma once
// QuietTeam is a few threads of the lowest priority for one long piece of work in the background: searches go first.
//
// Owns:    its helpers "dups1".., which live as long as one Run.
// Threads: one at a time calls Run; it works too, and its own priority stays low from then on.
// Errors:  none. A machine that refuses the priority works at the usual one.
// Units:   threads, the caller's included.
#include <cstddef>
#include <functional>
#include <stop_token>

namespace fovea::indexer {

class QuietTeam {
 public:
  // 0: as many threads as this process may use cores.
  explicit QuietTeam(std::stop_token stop, size_t threads = 0);

  // Of the calling thread, for good.
  static void LowerPriority();

  size_t threads() const { return threads_; }
  bool stopped() const { return stop_.stop_requested(); }
  // Calls work(item, thread) for every item below `items`, in rising order; the thread's number lies below threads(). False when a stop
  // was requested: then some were left out.
  bool Run(size_t items, const std::function<void(size_t item, size_t thread)>& work) const;

 private:
  const std::stop_token stop_;
  const size_t threads_;
};

}  // namespace fovea::indexer
