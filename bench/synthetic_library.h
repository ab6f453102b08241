#pragma once
// SyntheticLibrary says what photo i of a made-up library is: its file, its facts and its vector.
//
// Owns:    the vectors' mixture and the places and cameras.
// Threads: any thread may call any method once it is made.
// Errors:  none.
// Units:   as storage/records.h. Photo i depends on the seed, the dimension and i alone, not on how many there are.
//
// Some 500,000 events of 32 photos each lie in one folder per event: `library/2011/2011-07-14 harbour 4711/IMG_000151234.jpg`.
// Dates lie between 2005 and 2025, some photos have none; half of the events have a place; bursts are seconds apart.
#include <string>
#include <vector>

#include "bench/synthetic_vectors.h"
#include "storage/catalog.h"

namespace fovea::bench {

class SyntheticLibrary {
 public:
  SyntheticLibrary(int64_t dim, uint64_t seed);

  const SyntheticVectors& vectors() const { return vectors_; }
  // One event in 16 lies in the second of two roots.
  bool InArchive(uint64_t photo) const;
  // All of the file but `location.root`, and without a thumbnail; `vector` is filled and pointed to.
  storage::IndexedFile File(uint64_t photo, std::span<float> vector) const;

 private:
  struct Place {
    std::string name;
    double latitude = 0, longitude = 0;
  };
  struct Camera {
    std::string name, lens;
    int width = 0, height = 0;
  };
  struct Event;
  Event EventOf(uint64_t photo) const;

  const uint64_t seed_;
  const SyntheticVectors vectors_;
  std::vector<Place> places_;
  std::vector<Camera> cameras_;
};

}  // namespace fovea::bench
