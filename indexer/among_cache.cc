#include "indexer/among_cache.h"

#include <algorithm>

namespace fovea::indexer {

std::unique_ptr<AmongCache::Set> AmongCache::Take(const ListedRows& rows, const PhotoBits& photos) {
  MutexLock lock(mutex_);
  const auto same = [&](const auto& set) { return set->changes == rows.changes() && std::ranges::equal(set->words, photos.words()); };
  const auto place = std::ranges::find_if(sets_, same);
  if (place == sets_.end()) return nullptr;
  std::unique_ptr<Set> set = std::move(*place);
  sets_.erase(place);
  return set;
}

void AmongCache::Keep(std::unique_ptr<Set> set) {
  MutexLock lock(mutex_);
  if (sets_.size() == kKept) sets_.erase(sets_.begin());
  sets_.push_back(std::move(set));
}

}  // namespace fovea::indexer
