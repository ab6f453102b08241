#pragma once
// PhotoFacts holds what filters ask for, in memory: columns of numbers by photo id, bitmaps by camera, lens, type and tag, and the folders.
//
// Owns:    all of it: 48 bytes per photo id ever given, some 100 per path, some bits per photo and bitmap. A cache: the catalog holds the truth.
// Threads: any thread may ask; changes come from one thread at a time and stop questions for microseconds.
// Errors:  none.
// Units:   as Filter.
#include <atomic>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_mutex.h"
#include "indexer/filter.h"
#include "indexer/folder_table.h"
#include "indexer/photo_set.h"
#include "storage/records.h"

namespace fovea::indexer {

class PhotoFacts {
 public:
  // Adds a photo, or takes in its facts again.
  void Put(const storage::PhotoRecord& photo) EXCLUDES(mutex_);
  void Remove(std::span<const storage::PhotoId> photos) EXCLUDES(mutex_);
  // Paths are absolute. A path that has another photo already gets the new one.
  void AddPath(std::string_view path, storage::PhotoId photo) EXCLUDES(mutex_);
  void RemovePath(std::string_view path) EXCLUDES(mutex_);
  // What lay at `to` is replaced, also when nothing lay at `from`.
  void MovePath(std::string_view from, std::string_view to) EXCLUDES(mutex_);
  // Photos that are not known are passed over.
  void ChangeTags(const storage::TagChange& change) EXCLUDES(mutex_);
  // From now on all photos are known: before, Fitting would leave some out.
  void SetComplete() { complete_ = true; }
  bool complete() const { return complete_; }

  // The photos that fit; kRoot must have been resolved to its folder. Takes milliseconds for a million photos; a glob over all of them some hundred.
  PhotoSet Fitting(const Filter& filter) const EXCLUDES(mutex_);
  uint64_t size() const EXCLUDES(mutex_);
  // How often something was put, moved or taken away; Fitting says the same while it says the same.
  uint64_t changes() const { return changes_; }
  // How many photos came after this one.
  uint64_t CountAfter(storage::PhotoId photo) const EXCLUDES(mutex_);

 private:
  struct Row {
    int64_t taken_local_ms = 0;
    int64_t bytes = 0;
    double latitude = 0, longitude = 0;
    int32_t width = 0, height = 0;
    uint8_t month = 0;  // 0: not known when it was taken
    bool has_place = false;
  };
  using Names = std::map<std::string, PhotoSet>;  // by name in lower case

  template <typename Fits>
  PhotoSet Where(Fits fits) const REQUIRES_SHARED(mutex_);
  PhotoSet Evaluate(const Filter& filter) const REQUIRES_SHARED(mutex_);
  PhotoSet EvaluateNumbers(const Filter& filter) const REQUIRES_SHARED(mutex_);
  PhotoSet EvaluateParts(const Filter& filter) const REQUIRES_SHARED(mutex_);
  void Drop(const PhotoSet& photos) REQUIRES(mutex_);

  mutable SharedMutex mutex_;
  std::vector<Row> rows_ GUARDED_BY(mutex_);  // by id
  PhotoSet all_ GUARDED_BY(mutex_);
  Names cameras_ GUARDED_BY(mutex_), lenses_ GUARDED_BY(mutex_), types_ GUARDED_BY(mutex_);
  Names tags_ GUARDED_BY(mutex_);  // by the tag as it is
  FolderTable folders_ GUARDED_BY(mutex_);
  std::atomic<bool> complete_ = false;
  std::atomic<uint64_t> changes_ = 0;
};

}  // namespace fovea::indexer
