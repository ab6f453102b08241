#include "indexer/near_pairs.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/mutex.h"
#include "indexer/exact_score.h"
#include "indexer/scan_bound.h"

namespace fovea::indexer {
namespace {

constexpr double kListsShare = 0.6, kComparedShare = 0.9;  // of the time, when they are done
constexpr size_t kRescoredTogether = 4096;
constexpr uint32_t kNoPlace = UINT32_MAX;

// How much of the residuals' lengths an estimate can be off by: they are as good as random, so six times what is usual in so many
// dimensions, and never more than all of it.
float ResidualWeight(size_t dim) { return std::min(1.0f, 6.0f / std::sqrt(static_cast<float>(dim))); }

// One vector that is held against a list, and its place in it when it is a member.
struct Asked {
  uint32_t row = 0, place = kNoPlace;
};

class Comparison {
 public:
  Comparison(const CodedVectors& vectors, const VectorLists& lists, const NearPairsRequest& request, size_t threads)
      : vectors_(vectors), lists_(lists), wanted_(request.wanted), least_(std::ranges::min(request.levels)), weight_(ResidualWeight(vectors.dim())), pairs_of_(vectors.size()), workers_(threads) {}

  void CompareList(size_t list, size_t thread) {
    Worker& worker = workers_[thread];
    const std::span<const uint32_t> own = lists_.own[list];
    worker.packed.Fill(vectors_, own);
    for (uint32_t place = 0; place < own.size(); ++place) Ask({own[place], place}, own, worker);
    Flush(own, worker);
    for (const uint32_t guest : lists_.guests[list]) Ask({guest, kNoPlace}, own, worker);
    Flush(own, worker);
  }

  std::vector<NearPair> Take() {
    std::vector<NearPair> all;
    for (Worker& worker : workers_) {
      all.insert(all.end(), worker.pairs.begin(), worker.pairs.end());
      worker.pairs = {};
    }
    std::sort(all.begin(), all.end(), [](const NearPair& x, const NearPair& y) { return std::tie(x.a, x.b) < std::tie(y.a, y.b); });
    all.erase(std::unique(all.begin(), all.end(), [](const NearPair& x, const NearPair& y) { return x.a == y.a && x.b == y.b; }), all.end());
    return all;
  }

 private:
  struct Worker {
    PackedRows packed;
    PackedQueries queries;
    BlockBounds bounds;
    std::vector<Asked> asked;
    std::vector<uint32_t> rows;
    std::vector<NearPair> pairs;
  };

  bool HasMost(uint32_t row) const { return pairs_of_[row].load(std::memory_order_relaxed) >= kMostPairs; }

  void Ask(const Asked& asked, std::span<const uint32_t> own, Worker& worker) {
    if (HasMost(asked.row)) return;
    worker.asked.push_back(asked);
    if (worker.asked.size() == kMostQueries) Flush(own, worker);
  }

  // Holds those that were asked for against the list; a pair of members is looked at from its first only.
  void Flush(std::span<const uint32_t> own, Worker& worker) {
    if (worker.asked.empty()) return;
    worker.rows.clear();
    for (const Asked& asked : worker.asked) worker.rows.push_back(asked.row);
    worker.queries.Fill(vectors_, worker.rows, weight_);
    QueryBlock& block = worker.queries.block();
    for (size_t lane = 0; lane < worker.rows.size(); ++lane) {
      block.floors[lane] = least_ - weight_ * vectors_.residual(worker.rows[lane]) - kRounding;
    }
    const uint32_t first = worker.asked.front().place;
    for (size_t i = first == kNoPlace ? 0 : first / kBlockRows; i < worker.packed.blocks(); ++i) {
      kernel_.scan(worker.packed.Block(i), block, worker.bounds);
      for (size_t lane = 0; lane < worker.asked.size(); ++lane) TakeHits(i, lane, own, worker);
    }
    worker.asked.clear();
  }

  void TakeHits(size_t i, size_t lane, std::span<const uint32_t> own, Worker& worker) {
    const Asked& asked = worker.asked[lane];
    for (unsigned hits = worker.bounds.hits[lane]; hits != 0; hits &= hits - 1) {
      const auto row = static_cast<size_t>(std::countr_zero(hits));
      if (row >= worker.packed.RowsOf(i)) return;
      const auto place = static_cast<uint32_t>(i * kBlockRows + row);
      const uint32_t other = own[place];
      if (other == asked.row || (asked.place != kNoPlace && place < asked.place)) continue;
      if (HasMost(asked.row) && HasMost(other)) continue;
      const float estimate = worker.bounds.upper[lane][row] - weight_ * worker.packed.Block(i).residuals[row];
      const NearPair pair{std::min(asked.row, other), std::max(asked.row, other), estimate};
      if (wanted_ && !wanted_(pair.a, pair.b, estimate)) continue;
      ++pairs_of_[asked.row];
      ++pairs_of_[other];
      worker.pairs.push_back(pair);
    }
  }

  const CodedVectors& vectors_;
  const VectorLists& lists_;
  const std::function<bool(uint32_t, uint32_t, float)>& wanted_;
  const float least_, weight_;
  const ScanKernel kernel_ = UsableScanKernels().front();
  std::vector<std::atomic<uint32_t>> pairs_of_;  // by row
  std::vector<Worker> workers_;
};

// Works out exactly what lies near a level, and leaves out what is below the least.
class Rescore {
 public:
  Rescore(const CodedVectors& vectors, const NearPairsRequest& request)
      : vectors_(vectors), request_(request), weight_(ResidualWeight(vectors.dim())), least_(std::ranges::min(request.levels)) {}

  Status Run(std::vector<NearPair>& pairs, const QuietTeam& team) {
    const size_t items = (pairs.size() + kRescoredTogether - 1) / kRescoredTogether;
    const bool all = team.Run(items, [&](size_t item, size_t) {
      const size_t begin = item * kRescoredTogether;
      if (const Status status = RunSome(std::span(pairs).subspan(begin, std::min(kRescoredTogether, pairs.size() - begin))); !status.ok()) Remember(status);
    });
    if (!all) return Cancelled("find near pairs: stopped");
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(failure_);
    std::erase_if(pairs, [&](const NearPair& pair) { return pair.score < least_; });
    return Status();
  }

 private:
  bool IsNearALevel(const NearPair& pair) const {
    const float off = weight_ * (vectors_.residual(pair.a) + vectors_.residual(pair.b)) + kRounding;
    return std::ranges::any_of(request_.levels, [&](float level) { return std::abs(pair.score - level) <= off; });
  }

  Status RunSome(std::span<NearPair> pairs) const {
    uint32_t known = kNoPlace;  // the row of `first`: pairs with the same one follow each other
    std::vector<float> first;
    for (NearPair& pair : pairs) {
      if (!IsNearALevel(pair)) continue;
      if (known != pair.a) {
        ASSIGN_OR_RETURN(first, VectorOf(pair.a));
        known = pair.a;
      }
      ASSIGN_OR_RETURN(const std::vector<float> second, VectorOf(pair.b));
      const bool both = first.size() == vectors_.dim() && second.size() == first.size();
      pair.score = both ? ExactScore(first.data(), second.data(), first.size()) : -2;
    }
    return Status();
  }

  // Empty when it is gone.
  Result<std::vector<float>> VectorOf(uint32_t row) const {
    auto vector = request_.vector(vectors_.id(row));
    if (!vector && vector.error().code() == StatusCode::kNotFound) return std::vector<float>();
    return vector;
  }

  void Remember(const Status& status) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (failure_.ok()) failure_ = status;
  }

  const CodedVectors& vectors_;
  const NearPairsRequest& request_;
  const float weight_, least_;
  Mutex mutex_;
  Status failure_ GUARDED_BY(mutex_);
};

}  // namespace

Result<std::vector<NearPair>> FindNearPairs(const CodedVectors& vectors, const NearPairsRequest& request, const QuietTeam& team) {
  const auto lists = MakeLists(vectors, request.lists, team, [&](double share) { request.done(kListsShare * share); });
  if (!lists) return Failed(Cancelled("find near pairs: stopped"));
  Comparison comparison(vectors, *lists, request, team.threads());
  std::atomic<size_t> compared = 0;
  const size_t count = lists->own.count();
  const bool all = team.Run(count, [&](size_t list, size_t thread) {
    comparison.CompareList(list, thread);
    request.done(kListsShare + (kComparedShare - kListsShare) * static_cast<double>(++compared) / static_cast<double>(count));
  });
  if (!all) return Failed(Cancelled("find near pairs: stopped"));
  std::vector<NearPair> pairs = comparison.Take();
  RETURN_IF_ERROR(Rescore(vectors, request).Run(pairs, team));
  request.done(1);
  return pairs;
}

}  // namespace fovea::indexer
