#pragma once
// PlantedDuplicates is a made-up library in which every 25th photo is a copy of an earlier one, as is known: for the search for duplicates.
//
// Owns:    a SyntheticLibrary, whose bursts are the bursts.
// Threads: any thread may call any method once it is made.
// Errors:  none.
// Units:   as SyntheticLibrary. A copy is saved smaller; its cosine with its source lies between 0.975 and 0.9999; every third has lost its facts.
//          No photo has an offset from UTC: SyntheticLibrary draws it for each photo alone, as no camera does.
#include "bench/synthetic_library.h"

namespace fovea::bench {

class PlantedDuplicates {
 public:
  PlantedDuplicates(int64_t dim, uint64_t seed) : seed_(seed), library_(dim, seed) {}

  const SyntheticLibrary& library() const { return library_; }
  bool IsCopy(uint64_t photo) const { return photo % 25 == 24; }
  // Of a copy: an earlier photo that is none.
  uint64_t SourceOf(uint64_t photo) const;
  storage::IndexedFile File(uint64_t photo, std::span<float> vector) const;

 private:
  const uint64_t seed_;
  const SyntheticLibrary library_;
};

}  // namespace fovea::bench
