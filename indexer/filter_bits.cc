#include "indexer/filter_bits.h"

namespace fovea::indexer {

std::shared_ptr<const PhotoWords> FilterBits::Of(const Filter& filter) {
  const uint64_t changes = facts_.changes();
  {
    MutexLock lock(mutex_);
    if (const Kept* kept = kept_.Find([&](const Kept& one) { return one.changes == changes && one.filter == filter; })) return kept->bits;
  }
  const auto bits = std::make_shared<const PhotoWords>(facts_.Fitting(filter));
  MutexLock lock(mutex_);
  kept_.Put({.filter = filter, .changes = changes, .bits = bits});
  return bits;
}

}  // namespace fovea::indexer
