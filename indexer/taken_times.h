#pragma once
// TakenTimes knows when each photo was taken, so that a range of dates is answered by sets of whole years and months, and by looking at the
// photos of the two months at its ends.
//
// Owns:    8 bytes per photo id ever given, some 6 per photo in the sets.
// Threads: none of its own; PhotoFacts guards it.
// Errors:  none. A time more than 28,000 years from 1970 counts as not known.
// Units:   milliseconds as the camera's clock showed (filter.h).
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "indexer/photo_set.h"

namespace fovea::indexer {

class TakenTimes {
 public:
  // For so many ids; never fewer than before.
  void Resize(size_t photos) { times_.resize(photos, kUnknown); }
  // Takes the place of what was known.
  void Set(uint32_t photo, std::optional<int64_t> local_ms);

  // Set the bits of photos with least <= time < most, and with the month, 1 to 12, of any year.
  void AddBetween(int64_t least, int64_t most, std::span<uint64_t> bits) const;
  void AddMonth(int64_t month, std::span<uint64_t> bits) const;

 private:
  static constexpr int64_t kUnknown = std::numeric_limits<int64_t>::min();
  template <typename Change>
  void ChangeSets(uint32_t photo, const Change& change);

  std::vector<int64_t> times_;  // by id
  std::map<std::chrono::year, PhotoSet> years_;
  std::map<std::chrono::year_month, PhotoSet> months_;
  std::array<PhotoSet, 12> months_of_any_year_;
};

}  // namespace fovea::indexer
