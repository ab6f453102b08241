#pragma once
// FilterBits gives the photos that fit a filter as bits, and keeps the last ones: many things are asked with one filter.
//
// Owns:    for each filter one bit per photo, together with who asked. Borrows the facts.
// Threads: any number at once.
// Errors:  none.
// Units:   bits by photo id, as PhotoBits takes them.
#include <cstdint>
#include <memory>

#include "base/mutex.h"
#include "indexer/filter.h"
#include "indexer/last_few.h"
#include "indexer/photo_facts.h"

namespace fovea::indexer {

class FilterBits {
 public:
  explicit FilterBits(const PhotoFacts& facts) : facts_(facts) {}

  // What facts.Fitting says now.
  std::shared_ptr<const PhotoWords> Of(const Filter& filter) EXCLUDES(mutex_);

 private:
  struct Kept {
    Filter filter;
    uint64_t changes = 0;  // of the facts before they were asked
    std::shared_ptr<const PhotoWords> bits;
  };

  const PhotoFacts& facts_;
  Mutex mutex_;
  LastFew<Kept> kept_ GUARDED_BY(mutex_);
};

}  // namespace fovea::indexer
