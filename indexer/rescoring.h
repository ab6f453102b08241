#pragma once
// Rescoring is the second pass of a scan: candidates are scored exactly, highest upper bound first, until the next one's bound is
// below the k-th best score.
//
// Owns:    the k best so far. Borrows rows and query.
// Threads: one at a time; `score_all` may call `score` from several for ranges that do not overlap.
// Errors:  none. Requires: k >= 1.
// Units:   scores are cosines.
#include <algorithm>
#include <span>
#include <vector>

#include "indexer/exact_scan.h"
#include "indexer/exact_score.h"
#include "indexer/scan_candidates.h"

namespace fovea::indexer {

class Rescoring {
 public:
  using Candidate = Candidates::Candidate;
  Rescoring(const ScanRows& rows, const ScanQuery& query) : rows_(rows), query_(query) {}

  // `score_all(count, score)` calls score(begin, end) for all of [0, count).
  template <typename ScoreAll>
  ScanAnswer Run(std::span<const Candidate> candidates, const ScoreAll& score_all) {
    size_t done = 0;
    while (done < candidates.size() && (best_.size() < query_.k || candidates[done].upper >= best_.front().score)) {
      const size_t batch = std::min(std::max<size_t>(64, std::max(2 * query_.k, done)), candidates.size() - done);
      const auto part = candidates.subspan(done, batch);
      scores_.resize(batch);
      score_all(batch, [&](size_t begin, size_t end) { Score(part, begin, end); });
      for (size_t i = 0; i < batch; ++i) Take({rows_.ids[part[i].row], scores_[i]});
      done += batch;
    }
    std::ranges::sort_heap(best_, Better);
    return {.found = std::move(best_), .rescored = done};
  }
  ScanAnswer Run(std::span<const Candidate> candidates) {
    return Run(candidates, [](size_t count, const auto& score) { score(0, count); });
  }

 private:
  static bool Better(const Neighbour& a, const Neighbour& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; }

  void Score(std::span<const Candidate> part, size_t begin, size_t end) {
    constexpr size_t kAhead = 4, kLine = 64 / sizeof(float);
    for (size_t i = begin; i < end; ++i) {
      if (i + kAhead < end) {
        const float* ahead = rows_.vectors.Row(part[i + kAhead].row);
        for (size_t at = 0; at < rows_.vectors.dim(); at += kLine) __builtin_prefetch(ahead + at);
      }
      scores_[i] = ExactScore(rows_.vectors.Row(part[i].row), query_.vector.data(), rows_.vectors.dim());
    }
  }

  void Take(Neighbour neighbour) {
    if (best_.size() == query_.k) {
      if (!Better(neighbour, best_.front())) return;
      std::ranges::pop_heap(best_, Better);
      best_.back() = neighbour;
    } else {
      best_.push_back(neighbour);
    }
    std::ranges::push_heap(best_, Better);
  }

  const ScanRows& rows_;
  const ScanQuery& query_;
  std::vector<float> scores_;
  std::vector<Neighbour> best_;  // a heap with the worst in front
};

}  // namespace fovea::indexer
