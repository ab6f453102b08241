#include "indexer/train_centroids.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace fovea::indexer {
namespace {

constexpr int kRounds = 10;
constexpr size_t kRests = 512;
constexpr double kStretch = 10;
constexpr size_t kPiece = 2048;     // rows between two questions whether to go on
constexpr double kPriorRows = 4;    // a spread of few rows leans on that of all

// The direction of the usual query, as long as stretches kStretch times.
std::vector<float> Towards(const CentroidSample& sample) {
  std::vector<float> towards(sample.dim);
  double squares = 0;
  for (const float value : sample.usual_query) squares += double{value} * value;
  if (squares < 1e-4) return towards;  // queries from all sides
  const auto scale = static_cast<float>(std::sqrt((kStretch - 1) / squares));
  std::ranges::transform(sample.usual_query, towards.begin(), [&](float value) { return scale * value; });
  return towards;
}

class Training {
 public:
  Training(const CentroidSample& sample, size_t lists) : dim_(sample.dim), rows_(sample.rows.size() / sample.dim), sample_(sample.rows) {
    numbers_ = {.dim = dim_, .trained_for = sample.drawn_from, .towards = Towards(sample), .middles = {}, .spreads = std::vector<float>(lists, 1.0f), .rests = {}};
    for (size_t list = 0; list < lists; ++list) {
      const auto row = Row(list * rows_ / lists);
      numbers_.middles.insert(numbers_.middles.end(), row.begin(), row.end());
    }
    numbers_.rests.assign(dim_, 0.0f);
  }

  Result<CentroidNumbers> Run(const std::function<bool()>& go_on) {
    for (int round = 0; round < kRounds; ++round) {
      if (!Assign(go_on)) return Failed(Cancelled("train the lists: ended early"));
      MoveMiddles();
    }
    if (!Assign(go_on)) return Failed(Cancelled("train the lists: ended early"));
    Measure();
    return std::move(numbers_);
  }

 private:
  std::span<const float> Row(size_t row) const { return sample_.subspan(row * dim_, dim_); }
  std::span<float> Middle(size_t list) { return std::span(numbers_.middles).subspan(list * dim_, dim_); }

  bool Assign(const std::function<bool()>& go_on) {
    const Centroids now(numbers_);
    lists_.clear();
    std::vector<const float*> piece;
    for (size_t begin = 0; begin < rows_; begin += kPiece) {
      if (!go_on()) return false;
      piece.clear();
      for (size_t row = begin; row < std::min(rows_, begin + kPiece); ++row) piece.push_back(Row(row).data());
      const std::vector<uint32_t> nearest = now.Nearest(piece);
      lists_.insert(lists_.end(), nearest.begin(), nearest.end());
    }
    counts_.assign(numbers_.spreads.size(), 0);
    for (const uint32_t list : lists_) ++counts_[list];
    return true;
  }

  // A list without rows takes one of the largest list's for its middle.
  void MoveMiddles() {
    std::ranges::fill(numbers_.middles, 0.0f);
    for (size_t row = 0; row < rows_; ++row) {
      const float share = 1.0f / static_cast<float>(counts_[lists_[row]]);
      const auto from = Row(row);
      const auto to = Middle(lists_[row]);
      for (size_t i = 0; i < dim_; ++i) to[i] += share * from[i];
    }
    size_t next = 0;  // row
    for (size_t list = 0; list < counts_.size(); ++list) {
      if (counts_[list] > 0) continue;
      const auto largest = static_cast<uint32_t>(std::ranges::max_element(counts_) - counts_.begin());
      while (lists_[next % rows_] != largest) ++next;
      std::ranges::copy(Row(next % rows_), Middle(list).begin());
      ++next;
      counts_[largest] -= counts_[largest] > 1;
    }
  }

  void Measure() {
    std::vector<double> squares(counts_.size());
    std::vector<std::vector<float>> rests;
    double all = 0;
    const size_t step = std::max<size_t>(1, rows_ / kRests);
    for (size_t row = 0; row < rows_; ++row) {
      const auto middle = Middle(lists_[row]);
      std::vector<float> rest(Row(row).begin(), Row(row).end());
      double length = 0;
      for (size_t i = 0; i < dim_; ++i) {
        rest[i] -= middle[i];
        length += double{rest[i]} * rest[i];
      }
      squares[lists_[row]] += length;
      all += length;
      if (row % step == 0) rests.push_back(std::move(rest));
    }
    const double mean = all / static_cast<double>(rows_);
    for (size_t list = 0; list < counts_.size(); ++list) {
      const double spread = (squares[list] + kPriorRows * mean) / (static_cast<double>(counts_[list]) + kPriorRows);
      numbers_.spreads[list] = static_cast<float>(std::sqrt(spread));
    }
    numbers_.rests.clear();
    for (size_t i = 0; i < rests.size(); ++i) {
      const float inverse = 1.0f / std::max(1e-6f, numbers_.spreads[lists_[i * step]]);
      for (const float value : rests[i]) numbers_.rests.push_back(value * inverse);
    }
  }

  const size_t dim_;
  const size_t rows_;
  const std::span<const float> sample_;
  CentroidNumbers numbers_;
  std::vector<uint32_t> lists_;  // by row
  std::vector<size_t> counts_;   // by list
};

}  // namespace

Result<CentroidNumbers> TrainCentroids(const CentroidSample& sample, size_t lists, const std::function<bool()>& go_on) {
  return Training(sample, lists).Run(go_on);
}

}  // namespace fovea::indexer
