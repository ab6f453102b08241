#include "indexer/filter_bits.h"

#include <utility>

namespace fovea::indexer {
std::shared_ptr<const PhotoWords> FilterBits::Of(const Filter& filter) {
  const uint64_t changes = facts_.changes();
  {
    ReaderLock lock(mutex_);
    for (const Kept& kept : kept_) {
      if (kept.changes == changes && kept.filter == filter) return kept.bits;
    }
  }
  const auto bits = std::make_shared<const PhotoWords>(facts_.Fitting(filter));
  WriterLock lock(mutex_);
  Kept made{.filter = filter, .changes = changes, .bits = bits};
  if (kept_.size() < kKept) {
    kept_.push_back(std::move(made));
  } else {
    kept_[next_++ % kKept] = std::move(made);
  }
  return bits;
}

}  // namespace fovea::indexer
