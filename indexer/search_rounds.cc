#include "indexer/search_rounds.h"

#include <utility>

namespace fovea::indexer {

std::vector<ScanAnswer> SearchRounds::Search(std::span<const ScanQuery> queries, const Run& run) {
  Caller mine{.queries = queries, .answers = {}};
  std::vector<Caller*> round;
  {
    MutexLock lock(mutex_);
    waiting_.push_back(&mine);
    while (running_ && !mine.done) round_over_.Wait(mutex_);
    if (mine.done) return std::move(mine.answers);
    running_ = true;
    round.swap(waiting_);  // `mine` is among them: only a round takes callers away, and ends them
  }
  RunRound(round, run);
  {
    MutexLock lock(mutex_);
    for (Caller* caller : round) caller->done = true;
    running_ = false;
  }
  round_over_.NotifyAll();
  return std::move(mine.answers);
}

void SearchRounds::RunRound(std::span<Caller* const> round, const Run& run) {
  std::vector<ScanQuery> queries;
  for (const Caller* caller : round) queries.insert(queries.end(), caller->queries.begin(), caller->queries.end());
  std::vector<ScanAnswer> answers = run(queries);
  auto next = answers.begin();
  for (Caller* caller : round) {
    for (size_t i = 0; i < caller->queries.size(); ++i) caller->answers.push_back(std::move(*next++));
  }
}

size_t SearchRounds::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

}  // namespace fovea::indexer
