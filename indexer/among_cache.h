#pragma once
// AmongCache keeps the rows of the last few sets of photos that were searched among, with what the searches have counted of them: people ask
// many things of one folder, year or camera.
//
// Owns:    for each set two bits per photo and 4 bytes per list: 0.27 MB for a million rows.
// Threads: any number at once. A set belongs to one search at a time; another that asks for it meanwhile counts for itself.
// Errors:  none. Requires: rows stay as they are during Use.
// Units:   none.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "indexer/among_rows.h"
#include "indexer/last_few.h"

namespace fovea::indexer {

class AmongCache {
 public:
  // Gives `search` the rows of the photos, and back what it says. Sets are the same when they hold the same photos.
  template <typename Search>
  auto Use(const ListedRows& rows, const PhotoBits& photos, const Search& search) EXCLUDES(mutex_) {
    std::unique_ptr<Set> set = Take(rows, photos);
    if (!set) set = std::make_unique<Set>(rows, photos);
    auto answer = search(set->rows);
    Keep(std::move(set));
    return answer;
  }

 private:
  struct Set {
    Set(const ListedRows& all, const PhotoBits& asked)
        : words(asked.words().begin(), asked.words().end()), photos(words), changes(all.changes()), rows(all, &photos) {}
    const PhotoWords words;
    const PhotoBits photos;
    const uint64_t changes;  // of the rows until then
    AmongRows rows;
  };
  std::unique_ptr<Set> Take(const ListedRows& rows, const PhotoBits& photos) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return sets_.Take([&](const auto& set) { return set->changes == rows.changes() && std::ranges::equal(set->words, photos.words()); });
  }
  void Keep(std::unique_ptr<Set> set) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    sets_.Put(std::move(set));
  }

  Mutex mutex_;
  LastFew<std::unique_ptr<Set>> sets_ GUARDED_BY(mutex_);
};

}  // namespace fovea::indexer
