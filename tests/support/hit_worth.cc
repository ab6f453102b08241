#include "tests/support/hit_worth.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace fovea::test {
namespace {

constexpr int kSteps = 400;

size_t CountAtLeast(std::span<const float> falling, double least) {
  const auto end = std::ranges::partition_point(falling, [&](float score) { return score >= least; });
  return static_cast<size_t>(end - falling.begin());
}

}  // namespace

void HitWorth::AddQuestion(std::vector<Judged> pictures) {
  const auto total = std::ranges::count_if(pictures, [](const Judged& picture) { return picture.hit; });
  Question question{.scores = {}, .f1 = {total == 0 ? 1.0f : 0.0f}, .pictures = pictures.size()};
  const auto kept = static_cast<ptrdiff_t>(std::min(kept_, pictures.size()));
  std::ranges::partial_sort(pictures, pictures.begin() + kept, std::greater<>(), &Judged::score);
  double right = 0;
  for (ptrdiff_t i = 0; i < kept; ++i) {
    const Judged& picture = pictures[static_cast<size_t>(i)];
    right += picture.hit ? 1 : 0;
    question.scores.push_back(picture.score);
    question.f1.push_back(static_cast<float>(2 * right / static_cast<double>(i + 1 + total)));
  }
  questions_.push_back(std::move(question));
}

double HitWorth::F1(const Rule& rule) const {
  double sum = 0;
  for (const Question& question : questions_) sum += question.f1[std::min(rule(question.scores, question.pictures), question.scores.size())];
  return sum / static_cast<double>(questions_.size());
}

double HitWorth::Oracle() const {
  double sum = 0;
  for (const Question& question : questions_) sum += std::ranges::max(question.f1);
  return sum / static_cast<double>(questions_.size());
}

HitWorth::Best HitWorth::BestCount() const {
  Best best;
  for (size_t k = 0; k <= kept_; k += 1 + k / 100) {
    const double f1 = F1([&](std::span<const float>, size_t) { return k; });
    if (f1 > best.f1) best = {.f1 = f1, .setting = static_cast<double>(k)};
  }
  return best;
}

template <typename CountOf>
HitWorth::Best HitWorth::Sweep(double from, double to, const CountOf& count_of) const {
  Best best;
  for (int step = 0; step <= kSteps; ++step) {
    const double setting = from + (to - from) * step / kSteps;
    const double f1 = F1([&](std::span<const float> scores, size_t) { return count_of(scores, setting); });
    if (f1 > best.f1) best = {.f1 = f1, .setting = setting};
  }
  return best;
}

HitWorth::Best HitWorth::BestThreshold() const {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Question& question : questions_) {
    low = std::min(low, double{question.scores.back()});
    high = std::max(high, double{question.scores.front()});
  }
  return Sweep(low, high, CountAtLeast);
}

HitWorth::Best HitWorth::BestShareOfTheBest() const {
  return Sweep(0.3, 1, [](std::span<const float> scores, double share) { return CountAtLeast(scores, share * scores.front()); });
}

void HitWorth::Print(const std::string& title, double rule_f1) const {
  const Best count = BestCount(), threshold = BestThreshold(), share = BestShareOfTheBest();
  std::printf("F1, %s, %zu questions\n", title.c_str(), questions_.size());
  std::printf("  auto                                   %.3f\n", rule_f1);
  std::printf("  best threshold, %.3f                  %.3f\n", threshold.setting, threshold.f1);
  std::printf("  best count, %-6.0f                     %.3f\n", count.setting, count.f1);
  std::printf("  best share of the best score, %.3f    %.3f\n", share.setting, share.f1);
  std::printf("  best end for each question             %.3f\n", Oracle());
}

}  // namespace fovea::test
