#pragma once
// AmongCache keeps the rows of the sets of photos that were last searched among: people ask many things of one folder, year or camera.
//
// Owns:    for each of kKept sets two bits per photo and 4 bytes per list: 0.27 MB for a million rows.
// Threads: any number at once; one that brings a new set keeps it after its own search, for which it waits for the others' to end.
// Errors:  none. Requires: rows stay as they are during Use.
// Units:   none.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/shared_mutex.h"
#include "indexer/among_rows.h"

namespace fovea::indexer {

class AmongCache {
 public:
  static constexpr size_t kKept = 8;

  // Gives `search` the rows of the photos, and back what it says. Sets are the same when they hold the same photos.
  template <typename Search>
  auto Use(const ListedRows& rows, const PhotoBits& photos, const Search& search) EXCLUDES(mutex_) {
    {
      ReaderLock lock(mutex_);
      if (const Set* set = Find(rows, photos)) return search(set->rows);
    }
    AmongRows made(rows, photos);
    auto answer = search(made);
    WriterLock lock(mutex_);
    if (Find(rows, photos) == nullptr) Keep({{photos.words().begin(), photos.words().end()}, rows.changes(), std::move(made)});
    return answer;
  }

 private:
  struct Set {
    std::vector<uint64_t> photos;
    uint64_t changes = 0;  // of the rows until then
    AmongRows rows;
  };
  const Set* Find(const ListedRows& rows, const PhotoBits& photos) const REQUIRES_SHARED(mutex_);
  void Keep(Set set) REQUIRES(mutex_);

  mutable SharedMutex mutex_;
  std::vector<Set> sets_ GUARDED_BY(mutex_);
  size_t next_ GUARDED_BY(mutex_) = 0;  // to be replaced: the oldest
};

}  // namespace fovea::indexer
