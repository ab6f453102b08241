#include "indexer/filter_bits.h"

#include <utility>

namespace fovea::indexer {
namespace {

std::vector<uint64_t> BitsOfSet(const PhotoSet& photos) {
  std::vector<uint64_t> words(photos.isEmpty() ? 0 : photos.maximum() / 64 + 1);
  std::vector<uint32_t> ids(photos.cardinality());
  photos.toUint32Array(ids.data());
  for (const uint32_t id : ids) words[id / 64] |= uint64_t{1} << id % 64;
  return words;
}

}  // namespace

std::vector<uint64_t> FilterBits::Of(const Filter& filter) {
  const uint64_t changes = facts_.changes();
  {
    ReaderLock lock(mutex_);
    for (const Kept& kept : kept_) {
      if (kept.changes == changes && kept.filter == filter) return kept.bits;
    }
  }
  std::vector<uint64_t> bits = BitsOfSet(facts_.Fitting(filter));
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
