#include "indexer/hit_cutoff.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace fovea::indexer {
namespace {

constexpr double kLevelShare = 0.97;  // of z
constexpr double kLeastHeight = 0.5;  // of a hit, as a share of the level
constexpr double kCountPrice = 0.7, kMostPriced = 8;
constexpr double kLevelPrice = 0.2, kMixPrice = 0.008;
constexpr double kLeastMix = 1e-4;
constexpr size_t kWindow = 8;  // a cliff behind k is that many times shorter than k
constexpr double kUnknownCliff = 0.5;  // at the end of a curve that was cut short

double UpperTail(double u) { return std::erfc(u / std::numbers::sqrt2) / 2; }

// The u with UpperTail(u) = share, by bisection.
double TailLevel(double share) {
  double low = 0, high = 40;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (UpperTail(middle) > share ? low : high) = middle;
  }
  return low;
}

class Judge {
 public:
  Judge(const ScoreCurve& curve, const ScoreBackground& background)
      : curve_(curve),
        background_(background),
        log_pictures_(std::log(static_cast<double>(std::max<size_t>(2, curve.pictures)))),
        level_(kLevelShare * TailLevel(0.5 / static_cast<double>(curve.pictures))) {}

  double level_score() const { return background_.mean + level_ * background_.deviation; }
  bool BestIsBackground() const { return curve_.best.front() < level_score(); }

  // Requires for those below: 1 <= k <= curve size.
  bool MayEndAt(size_t k) const { return Height(k) >= kLeastHeight * level_; }
  double Value(size_t k) const {
    const double middle = (Height(k) + Height(k + 1)) / 2;
    return Cliff(k) - kCountPrice * std::log(std::min(static_cast<double>(k), kMostPriced)) / log_pictures_ -
           kLevelPrice * std::abs(middle - level_) + kMixPrice * log_pictures_ * std::log(2 * Mix(k));
  }
  float CutScore(size_t k) const {
    const float last = curve_.best[k - 1];
    const auto middle = static_cast<float>(background_.mean + background_.deviation * (Height(k) + Height(k + 1)) / 2);
    const bool between = middle < last && (k == curve_.best.size() || middle > curve_.best[k]);
    return between ? middle : last;
  }

 private:
  bool complete() const { return curve_.best.size() >= curve_.pictures; }
  double Cliff(size_t k) const {
    if (k == curve_.best.size() && !complete()) return kUnknownCliff;
    return Height(k) - Height(k + std::max<size_t>(1, k / kWindow));
  }
  // The share of the first k that unrelated pictures would make up.
  double Mix(size_t k) const {
    return std::max(kLeastMix, static_cast<double>(curve_.pictures) * UpperTail(Height(k)) / static_cast<double>(k));
  }
  // The k-th best (from 1) in units of the background; behind the curve's end, what must be assumed.
  double Height(size_t k) const {
    const double last = InUnits(curve_.best[std::min(k, curve_.best.size()) - 1]);
    return k > curve_.best.size() && complete() ? std::min(last, 0.0) : last;
  }
  double InUnits(float score) const { return (score - background_.mean) / background_.deviation; }

  const ScoreCurve& curve_;
  const ScoreBackground& background_;
  const double log_pictures_;  // of at least two
  const double level_;
};

}  // namespace

HitCut FindHitCut(const ScoreCurve& curve, const ScoreBackground& background) {
  if (curve.best.empty()) return {};
  if (!(background.deviation > 0)) return {.hits = curve.best.size(), .score = curve.best.back()};
  const Judge judge(curve, background);
  if (judge.BestIsBackground()) return {.hits = 0, .score = static_cast<float>(judge.level_score())};
  size_t best = 1;
  double best_value = -std::numeric_limits<double>::infinity();
  for (size_t k = 1; k <= curve.best.size(); ++k) {
    if (k < curve.best.size() && curve.best[k - 1] == curve.best[k]) continue;  // equal scores stay together
    if (!judge.MayEndAt(k)) break;
    const double value = judge.Value(k);
    if (value <= best_value) continue;
    best = k;
    best_value = value;
  }
  return {.hits = best, .score = judge.CutScore(best)};
}

}  // namespace fovea::indexer
