#include "indexer/among_cache.h"

#include <algorithm>

namespace fovea::indexer {

const AmongCache::Set* AmongCache::Find(const ListedRows& rows, const PhotoBits& photos) const {
  const auto same = [&](const Set& set) { return set.changes == rows.changes() && std::ranges::equal(set.photos, photos.words()); };
  const auto set = std::ranges::find_if(sets_, same);
  return set == sets_.end() ? nullptr : &*set;
}

void AmongCache::Keep(Set set) {
  if (sets_.size() < kKept) {
    sets_.push_back(std::move(set));
  } else {
    sets_[next_++ % kKept] = std::move(set);
  }
}

}  // namespace fovea::indexer
