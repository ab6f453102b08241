#include "indexer/scan_candidates.h"

#include <algorithm>
#include <functional>

namespace fovea::indexer {

void Candidates::Offer(uint32_t row, float upper, float lower) {
  if (upper < floor_) return;
  list_.push_back({upper, row});
  if (list_.size() >= prune_at_) Prune();
  if (lowers_.size() == k_) {
    if (lower <= floor_) return;
    std::ranges::pop_heap(lowers_, std::greater());
    lowers_.back() = lower;
  } else {
    lowers_.push_back(lower);
  }
  std::ranges::push_heap(lowers_, std::greater());
  if (lowers_.size() == k_) floor_ = lowers_.front();
}

void Candidates::Prune() {
  std::erase_if(list_, [this](const Candidate& candidate) { return candidate.upper < floor_; });
  prune_at_ = std::max(prune_at_, 2 * list_.size());
}

std::vector<Candidates::Candidate> Candidates::Merge(std::span<Candidates> lists) {
  Candidates all = std::move(lists.front());
  for (Candidates& list : lists.subspan(1)) {
    all.list_.insert(all.list_.end(), list.list_.begin(), list.list_.end());
    all.lowers_.insert(all.lowers_.end(), list.lowers_.begin(), list.lowers_.end());
  }
  if (all.lowers_.size() >= all.k_) {
    const auto kth = all.lowers_.begin() + static_cast<std::ptrdiff_t>(all.k_ - 1);
    std::ranges::nth_element(all.lowers_, kth, std::greater());
    all.floor_ = *kth;
  }
  all.Prune();
  std::ranges::sort(all.list_, std::greater(), &Candidate::upper);
  return std::move(all.list_);
}

}  // namespace fovea::indexer
