#pragma once
// PhotoFacts holds what filters ask for, in memory: columns of numbers by photo id, bitmaps by year, month, camera, lens, type, shape and
// tag, and the folders.
//
// Owns:    all of it: 48 bytes per photo id ever given, some 100 per path, some bits per photo and bitmap. A cache: the catalog holds the truth.
// Threads: any thread may ask; changes come from one thread at a time and stop questions for microseconds.
// Errors:  none.
// Units:   as Filter.
#include <array>
#include <atomic>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_mutex.h"
#include "indexer/filter.h"
#include "indexer/folder_table.h"
#include "indexer/photo_bits.h"
#include "indexer/photo_set.h"
#include "indexer/taken_times.h"
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

  // The photos that fit; kRoot must have been resolved to its folder. Of a million photos it takes 0.02 to 0.7 ms by folder, date, camera,
  // type, shape or tag, 1 to 2 by sizes and places; a glob over all of them some hundred.
  PhotoWords Fitting(const Filter& filter) const EXCLUDES(mutex_);
  uint64_t size() const EXCLUDES(mutex_);
  // How often something was put, moved or taken away; Fitting says the same while it says the same.
  uint64_t changes() const { return changes_; }
  // How many photos came after this one.
  uint64_t CountAfter(storage::PhotoId photo) const EXCLUDES(mutex_);

 private:
  struct Size {
    int32_t width = 0, height = 0;
  };
  struct Place {
    double latitude = 0, longitude = 0;  // not numbers: not known
  };
  using Names = std::map<std::string, PhotoSet>;  // by name in lower case

  template <typename Fits>
  PhotoWords Where(const Fits& fits) const REQUIRES_SHARED(mutex_);
  PhotoWords Evaluate(const Filter& filter) const REQUIRES_SHARED(mutex_);
  PhotoWords EvaluateNumbers(const Filter& filter) const REQUIRES_SHARED(mutex_);
  PhotoWords EvaluateParts(const Filter& filter) const REQUIRES_SHARED(mutex_);
  // Sets the bits of the photos that fit, of which some may be gone.
  void AddFitting(const Filter& filter, PhotoWords& found) const REQUIRES_SHARED(mutex_);
  // Beyond the last id there is room for others.
  void MakeRoomFor(uint32_t photo) REQUIRES(mutex_);
  void Drop(const PhotoSet& photos) REQUIRES(mutex_);

  mutable SharedMutex mutex_;
  PhotoWords all_ GUARDED_BY(mutex_);  // all columns have a row for each of its bits
  std::vector<int64_t> bytes_ GUARDED_BY(mutex_);
  std::vector<Size> sizes_ GUARDED_BY(mutex_);
  std::vector<Place> places_ GUARDED_BY(mutex_);
  TakenTimes taken_ GUARDED_BY(mutex_);
  std::array<PhotoSet, 3> shapes_ GUARDED_BY(mutex_);
  Names cameras_ GUARDED_BY(mutex_), lenses_ GUARDED_BY(mutex_), types_ GUARDED_BY(mutex_);
  Names tags_ GUARDED_BY(mutex_);  // by the tag as it is
  FolderTable folders_ GUARDED_BY(mutex_);
  std::atomic<bool> complete_ = false;
  std::atomic<uint64_t> changes_ = 0;
};

}  // namespace fovea::indexer
