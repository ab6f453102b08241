#include "indexer/list_search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "indexer/coded_queries.h"
#include "indexer/exact_score.h"
#include "indexer/rescoring.h"

namespace fovea::indexer {
namespace {

constexpr float kWiden = 1.2f;       // the tails of the rests are heavier than the normal distribution's
constexpr double kMissed = 0.05;     // of k
constexpr double kTrusted = 3;       // rows: what the lists held counts for more than what was expected of them from here on
constexpr double kUncounted = 0.25;  // of these, in lists whose rows nobody has counted
constexpr float kFar = 5;            // deviations; what lies farther off holds nothing
constexpr int kFewInBlock = 3;       // are scored one by one: a quarter of the bytes of a block each

// Of the normal distribution, from a table: it is asked for thousands of times a query.
float UpperTail(float z) {
  constexpr float kSteps = 64;  // of one deviation
  static const auto kTails = [] {
    std::array<float, static_cast<size_t>(2 * kFar * kSteps) + 1> tails{};
    for (size_t i = 0; i < tails.size(); ++i) tails[i] = static_cast<float>(std::erfc((static_cast<double>(i) / kSteps - kFar) * M_SQRT1_2) / 2);
    return tails;
  }();
  return kTails[static_cast<size_t>((std::clamp(z, -kFar, kFar) + kFar) * kSteps)];
}

// Of so many normal values the largest: near the root of 2 ln rows.
float ExpectedBest(size_t rows) {
  static const auto kByBits = [] {
    std::array<float, 65> best{};
    for (size_t bits = 1; bits < best.size(); ++bits) best[bits] = static_cast<float>(std::sqrt(2 * M_LN2 * static_cast<double>(bits)));
    return best;
  }();
  return kByBits[std::bit_width(rows)];
}

// A list that may be looked at.
struct Open {
  float expected = 0;  // score of its best row
  uint32_t list = 0;
  float middle = 0;  // q.c
  float sigma = 0;
};

class ListSearch {
 public:
  ListSearch(const ListedRows& rows, const Centroids& centroids, const IndexQuery& query, AmongRows& among)
      : rows_(rows), centroids_(centroids), query_(query), k_(std::min(query.k, rows.size())), among_(among),
        kernel_(centroids.kernel()), vector_(query.vector.data()), coded_(std::span(&vector_, 1), rows.vectors().dim()),
        block_(coded_.block()), candidates_(k_) {}

  IndexAnswer Run() {
    Sweep(ListedRows::kFresh);
    FindOpen();
    // From the best on, until there are k.
    for (; !open_.empty() && best_.size() < k_; open_.pop_back()) {
      std::ranges::pop_heap(open_, {}, &Open::expected);
      Sweep(open_.back().list);
    }
    const bool exact = open_.empty() || SweepUntilEnough();
    const ScanRows rows{rows_.vectors(), rows_.codes(), rows_.ids()};
    const ScanQuery query{.vector = query_.vector, .k = k_};
    return {Rescoring(rows, query).Run(Candidates::Merge(std::span(&candidates_, 1))).found, exact};
  }

 private:
  void FindOpen() {
    const std::vector<float> middles = centroids_.Scores(block_);
    const float deviation = kWiden * centroids_.Deviation(block_);
    open_.reserve(middles.size());
    for (size_t i = 0; i < middles.size(); ++i) {
      const auto list = static_cast<uint32_t>(i + 1);
      const double rows = among_.Guess(list);
      if (rows == 0) continue;
      const float sigma = deviation * centroids_.spread(i);
      open_.push_back({middles[i] + sigma * ExpectedBest(static_cast<size_t>(std::ceil(rows))), list, middles[i], sigma});
    }
    std::ranges::make_heap(open_, {}, &Open::expected);
  }

  // True when no list was left out.
  bool SweepUntilEnough() {
    const size_t all = open_.size();
    const float floor = best_.front();
    std::erase_if(open_, [&](const Open& open) { return floor - open.middle > kFar * open.sigma; });
    std::ranges::sort(open_, std::greater(), &Open::expected);
    size_t done = 0;
    while (done < open_.size() && MayMiss(done)) {
      const size_t end = std::min(open_.size(), done + std::max<size_t>(2, done / 4));
      for (; done < end; ++done) {
        expected_ += Missed(open_[done], static_cast<double>(among_.CountIn(open_[done].list)));
        Sweep(open_[done].list);
      }
    }
    return done == all;
  }

  // Whether the lists from `first` on hold more than may be missed. Of the last ones the rows are guessed, while that makes little of it.
  bool MayMiss(size_t first) {
    const double may = kMissed * static_cast<double>(k_) * (expected_ + kTrusted) / (met_ + kTrusted);
    double missed = 0;
    size_t end = open_.size();
    for (; end > first; --end) {
      const double more = Missed(open_[end - 1], among_.Guess(open_[end - 1].list));
      if (missed + more > kUncounted * may) break;
      missed += more;
    }
    for (size_t i = first; i < end && missed <= may; ++i) missed += Missed(open_[i], static_cast<double>(among_.CountIn(open_[i].list)));
    return missed > may;
  }

  double Missed(const Open& open, double rows) const {
    return rows * UpperTail((best_.front() - open.middle) / std::max(1e-9f, open.sigma));
  }

  void Sweep(uint32_t list) {
    if (among_.CountIn(list) == 0) return;
    BlockBounds bounds;
    for (const uint32_t block : rows_.BlocksOf(list)) {
      const uint16_t allowed = among_.BlockBits(block);
      if (std::popcount(allowed) <= kFewInBlock) {
        for (unsigned left = allowed; left != 0; left &= left - 1) ScoreOne(block * kBlockRows + static_cast<size_t>(std::countr_zero(left)));
        continue;
      }
      kernel_.scan(rows_.codes().Block(block), block_, bounds);
      for (unsigned hits = bounds.hits[0] & allowed; hits != 0; hits &= hits - 1) Offer(block, static_cast<size_t>(std::countr_zero(hits)), bounds);
    }
  }

  void Offer(uint32_t block, size_t row, const BlockBounds& bounds) {
    const size_t place = block * kBlockRows + row;
    const float half = block_.weights[0] * rows_.codes().Block(block).residuals[row], upper = bounds.upper[0][row], slack = coded_.slack(0);
    candidates_.Offer(static_cast<uint32_t>(place), upper + slack, upper - 2 * half - slack);
    block_.floors[0] = std::max(block_.floors[0], candidates_.floor() - slack);
    TakeEstimate(upper - half);
  }

  void ScoreOne(size_t place) {
    const float score = ExactScore(rows_.vectors().Row(place), vector_, rows_.vectors().dim());
    candidates_.Offer(static_cast<uint32_t>(place), score, score);
    block_.floors[0] = std::max(block_.floors[0], candidates_.floor() - coded_.slack(0));
    TakeEstimate(score);
  }

  void TakeEstimate(float estimate) {
    if (best_.size() == k_) {
      if (estimate <= best_.front()) return;
      if (expected_ > 0) ++met_;
      std::ranges::pop_heap(best_, std::greater());
      best_.back() = estimate;
    } else {
      best_.push_back(estimate);
    }
    std::ranges::push_heap(best_, std::greater());
  }

  const ListedRows& rows_;
  const Centroids& centroids_;
  const IndexQuery& query_;
  const size_t k_;
  AmongRows& among_;
  const ScanKernel& kernel_;
  const float* const vector_;
  const CodedQueries coded_;
  QueryBlock block_;
  Candidates candidates_;
  std::vector<float> best_;  // the k best estimates, a heap with the least in front
  std::vector<Open> open_;
  double expected_ = 0;  // rows above the floor, of the lists since there are k
  double met_ = 0;       // and so many there were
};

}  // namespace

IndexAnswer SearchLists(const ListedRows& rows, const Centroids& centroids, const IndexQuery& query, AmongRows& among) {
  if (query.k == 0 || rows.size() == 0) return {};
  return ListSearch(rows, centroids, query, among).Run();
}

std::vector<Neighbour> ScoreEach(const ListedRows& rows, const IndexQuery& query) {
  std::vector<Candidates::Candidate> candidates;
  ForEachOf(*query.among, [&](storage::PhotoId photo) {
    if (const auto place = rows.PlaceOf(photo)) candidates.push_back({std::numeric_limits<float>::infinity(), *place});
  });
  const ScanRows scanned{rows.vectors(), rows.codes(), rows.ids()};
  const ScanQuery asked{.vector = query.vector, .k = query.k};
  return Rescoring(scanned, asked).Run(candidates).found;
}

}  // namespace fovea::indexer
