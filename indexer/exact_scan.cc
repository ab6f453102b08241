#include "indexer/exact_scan.h"

#include <algorithm>
#include <atomic>

#include "indexer/block_sweep.h"
#include "indexer/rescoring.h"

namespace fovea::indexer {
namespace {

constexpr size_t kRowsPerPiece = 512;  // that a thread takes at once

// Calls work(begin, end) for pieces of [0, count) until all are done, on at most `threads` of the team.
template <typename Work>
void InPieces(ScanTeam& team, size_t threads, size_t count, size_t piece, const Work& work) {
  std::atomic<size_t> next{0};
  team.Run(std::min(threads, (count + piece - 1) / piece), [&](size_t) {
    for (size_t begin = next.fetch_add(piece); begin < count; begin = next.fetch_add(piece)) work(begin, std::min(begin + piece, count));
  });
}

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
  InPieces(team_, workers, asked.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) answers[places[i]] = Rescoring(rows, asked[i]).Run(sweep.Take(i));
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
