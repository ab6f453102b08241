#include "indexer/exact_scan.h"

#include <algorithm>
#include <atomic>

#include "indexer/block_sweep.h"
#include "indexer/exact_score.h"

namespace fovea::indexer {
namespace {

using Candidate = Candidates::Candidate;

constexpr size_t kRowsPerPiece = 512;  // that a thread takes at once

bool Better(const Neighbour& a, const Neighbour& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; }

// Calls work(begin, end) for pieces of [0, count) until all are done, on at most `threads` of the team.
template <typename Work>
void InPieces(ScanTeam& team, size_t threads, size_t count, size_t piece, const Work& work) {
  std::atomic<size_t> next{0};
  team.Run(std::min(threads, (count + piece - 1) / piece), [&](size_t) {
    for (size_t begin = next.fetch_add(piece); begin < count; begin = next.fetch_add(piece)) work(begin, std::min(begin + piece, count));
  });
}

// The second pass for one query.
class Rescoring {
 public:
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

 private:
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

}  // namespace

ExactScan::ExactScan(Options options)
    : kernel_(options.kernel ? *options.kernel : UsableScanKernels().front()), team_(options.threads) {}

bool ExactScan::IsLarge(const Int8Rows& codes, size_t queries) { return BlockSweep::WorthThreads(codes, queries) > 1; }

std::vector<ScanAnswer> ExactScan::Search(const ScanRows& rows, std::span<const ScanQuery> queries) {
  std::vector<ScanAnswer> answers(queries.size());
  std::vector<ScanQuery> asked;
  std::vector<size_t> places;
  for (size_t i = 0; i < queries.size(); ++i) {
    if (queries[i].k == 0 || rows.codes.size() == 0) continue;
    asked.push_back(queries[i]);
    asked.back().k = std::min(queries[i].k, rows.codes.size());
    places.push_back(i);
  }
  if (asked.empty()) return answers;
  const size_t workers = std::min(team_.threads(), BlockSweep::WorthThreads(rows.codes, asked.size()));
  BlockSweep sweep(rows.codes, asked, kernel_, workers);
  team_.Run(workers, [&](size_t worker) { sweep.Work(worker); });
  if (asked.size() == 1) {
    const auto on_the_team = [&](size_t count, const auto& score) { InPieces(team_, workers, count, kRowsPerPiece, score); };
    answers[places[0]] = Rescoring(rows, asked[0]).Run(sweep.Take(0), on_the_team);
    return answers;
  }
  const auto alone = [](size_t count, const auto& score) { score(0, count); };
  InPieces(team_, workers, asked.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) answers[places[i]] = Rescoring(rows, asked[i]).Run(sweep.Take(i), alone);
  });
  return answers;
}

void CodeAllRows(const VectorRows& vectors, ScanTeam& team, Int8Rows& codes) {
  constexpr size_t kRows = 64 * kBlockRows;  // whole blocks: two threads never meet in one
  codes.Resize(vectors.size());
  InPieces(team, team.threads(), vectors.size(), kRows, [&](size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) codes.Set(row, vectors.Row(row));
  });
}

}  // namespace fovea::indexer
