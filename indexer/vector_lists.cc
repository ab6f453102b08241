#include "indexer/vector_lists.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>

#include "indexer/int8_rows.h"

namespace fovea::indexer {
namespace {

constexpr size_t kFewVectors = 1024;     // compared without lists
constexpr size_t kSamplePerList = 24;    // vectors that train a centroid
constexpr int kRounds = 4;
constexpr size_t kGroupsPerItem = 64;    // groups of 16 vectors in one piece of work
constexpr uint32_t kNowhere = UINT32_MAX;
constexpr double kTrainingShare = 0.4;   // of the time

struct Choice {
  uint32_t list = kNowhere;
  float score = -2;
};
using Choices = std::array<Choice, 1 + kMostGuests>;  // best first

// Finds the nearest centroids of 16 vectors at a time; one per thread.
class NearestCentroids {
 public:
  NearestCentroids(const CodedVectors& vectors, const Int8Rows& centroids, float reach)
      : vectors_(vectors), centroids_(centroids), reach_(reach), kernel_(UsableScanKernels().front()) {}

  void Find(std::span<const uint32_t> rows, Choices* out) {
    queries_.Fill(vectors_, rows, 0);
    QueryBlock& block = queries_.block();
    std::fill_n(block.floors, rows.size(), -2.0f);
    for (auto& found : found_) found.clear();
    for (size_t i = 0; i < centroids_.blocks(); ++i) {
      kernel_.scan(centroids_.Block(i), block, bounds_);
      for (size_t lane = 0; lane < rows.size(); ++lane) {
        if (bounds_.hits[lane] != 0) Offer(i, lane, block.floors[lane]);
      }
    }
    for (size_t lane = 0; lane < rows.size(); ++lane) out[lane] = Best(found_[lane], block.floors[lane]);
  }

 private:
  void Offer(size_t block, size_t lane, float& floor) {
    const size_t rows = std::min(kBlockRows, centroids_.size() - block * kBlockRows);
    for (size_t row = 0; row < rows; ++row) {
      const float score = bounds_.upper[lane][row];
      if (score < floor) continue;
      found_[lane].push_back({static_cast<uint32_t>(block * kBlockRows + row), score});
      floor = std::max(floor, score - reach_);
    }
  }
  static Choices Best(std::vector<Choice>& found, float floor) {
    std::erase_if(found, [&](const Choice& choice) { return choice.score < floor; });
    std::sort(found.begin(), found.end(), [](const Choice& a, const Choice& b) { return a.score != b.score ? a.score > b.score : a.list < b.list; });
    Choices best{};
    std::copy_n(found.begin(), std::min(found.size(), best.size()), best.begin());
    return best;
  }

  const CodedVectors& vectors_;
  const Int8Rows& centroids_;
  const float reach_;
  const ScanKernel kernel_;
  PackedQueries queries_;
  BlockBounds bounds_;
  std::array<std::vector<Choice>, kMostQueries> found_;
};

// Calls take(row's place, its choices) for all rows, from any thread of the team.
template <typename Take>
bool ForEachChoice(const CodedVectors& vectors, std::span<const uint32_t> rows, const Int8Rows& centroids, float reach, const QuietTeam& team,
                   const Take& take) {
  constexpr size_t kPerItem = kGroupsPerItem * kMostQueries;
  return team.Run((rows.size() + kPerItem - 1) / kPerItem, [&](size_t item, size_t) {
    NearestCentroids nearest(vectors, centroids, reach);
    std::array<Choices, kMostQueries> found;
    const size_t end = std::min(rows.size(), (item + 1) * kPerItem);
    for (size_t begin = item * kPerItem; begin < end; begin += kMostQueries) {
      const size_t count = std::min(kMostQueries, end - begin);
      nearest.Find(rows.subspan(begin, count), found.data());
      for (size_t i = 0; i < count; ++i) take(begin + i, found[i]);
    }
  });
}

class Centroids {
 public:
  Centroids(const CodedVectors& vectors, size_t count) : vectors_(vectors), values_(count * vectors.dim()), codes_(vectors.dim()) {
    codes_.Resize(count);
    const size_t samples = std::min(vectors.size(), count * kSamplePerList);
    for (size_t i = 0; i < samples; ++i) sample_.push_back(static_cast<uint32_t>(i * vectors.size() / samples));
    for (size_t i = 0; i < count; ++i) Begin(i, sample_[i * samples / count]);
  }

  bool Train(const QuietTeam& team, const std::function<void(double)>& done) {
    std::vector<uint32_t> nearest(sample_.size());
    for (int round = 0; round < kRounds; ++round) {
      if (!ForEachChoice(vectors_, sample_, codes_, 0, team, [&](size_t i, const Choices& found) { nearest[i] = found.front().list; })) return false;
      Move(nearest);
      done(static_cast<double>(round + 1) / kRounds);
    }
    return true;
  }
  const Int8Rows& codes() const { return codes_; }

 private:
  std::span<float> Values(size_t centroid) { return std::span(values_).subspan(centroid * vectors_.dim(), vectors_.dim()); }
  void Begin(size_t centroid, uint32_t row) {
    std::ranges::fill(Values(centroid), 0.0f);
    vectors_.AddTo(row, Values(centroid));
    Code(centroid);
  }
  // To unit length, and into bytes; false for a sum of nothing.
  bool Code(size_t centroid) {
    double squares = 0;
    for (const float value : Values(centroid)) squares += double{value} * value;
    if (squares == 0) return false;
    const auto scale = static_cast<float>(1 / std::sqrt(squares));
    for (float& value : Values(centroid)) value *= scale;
    codes_.Set(centroid, Values(centroid).data());
    return true;
  }
  // Each to the middle of its vectors; one without any begins anew at a vector of the sample.
  void Move(std::span<const uint32_t> nearest) {
    std::ranges::fill(values_, 0.0f);
    for (size_t i = 0; i < sample_.size(); ++i) vectors_.AddTo(sample_[i], Values(nearest[i]));
    for (size_t centroid = 0; centroid < codes_.size(); ++centroid) {
      if (!Code(centroid)) Begin(centroid, sample_[centroid * 7919 % sample_.size()]);
    }
  }

  const CodedVectors& vectors_;
  std::vector<float> values_;
  Int8Rows codes_;
  std::vector<uint32_t> sample_;
};

size_t ListsFor(size_t vectors) {
  return vectors < kFewVectors ? 1 : static_cast<size_t>(3 * std::sqrt(static_cast<double>(vectors)));
}

}  // namespace

Lists::Lists(size_t lists, std::span<const uint32_t> where, std::span<const uint32_t> members) : begins_(lists + 1), members_(members.size()) {
  for (const uint32_t list : where) ++begins_[list + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  std::vector<size_t> next(begins_.begin(), begins_.end() - 1);
  for (size_t i = 0; i < members.size(); ++i) members_[next[where[i]]++] = members[i];
}

std::optional<VectorLists> MakeLists(const CodedVectors& vectors, const ListOptions& options, const QuietTeam& team,
                                     const std::function<void(double)>& done) {
  const size_t count = options.lists > 0 ? std::min(options.lists, vectors.size()) : ListsFor(vectors.size());
  std::vector<uint32_t> rows(vectors.size());
  std::iota(rows.begin(), rows.end(), 0);
  if (count <= 1) return VectorLists{Lists(1, std::vector<uint32_t>(rows.size(), 0), rows), Lists(1, {}, {})};
  Centroids centroids(vectors, count);
  if (!centroids.Train(team, [&](double share) { done(kTrainingShare * share); })) return std::nullopt;
  std::vector<uint32_t> own(rows.size()), guests(rows.size() * kMostGuests, kNowhere);
  std::atomic<size_t> assigned = 0;
  const bool all = ForEachChoice(vectors, rows, centroids.codes(), options.reach, team, [&](size_t row, const Choices& found) {
    own[row] = found.front().list;
    for (size_t i = 0; i < kMostGuests; ++i) guests[row * kMostGuests + i] = found[i + 1].list;
    const size_t now = ++assigned;
    if (now % 4096 == 0) done(kTrainingShare + (1 - kTrainingShare) * static_cast<double>(now) / static_cast<double>(rows.size()));
  });
  if (!all) return std::nullopt;
  std::vector<uint32_t> where, who;
  for (size_t i = 0; i < guests.size(); ++i) {
    if (guests[i] == kNowhere) continue;
    where.push_back(guests[i]);
    who.push_back(static_cast<uint32_t>(i / kMostGuests));
  }
  return VectorLists{Lists(count, own, rows), Lists(count, where, who)};
}

}  // namespace fovea::indexer
