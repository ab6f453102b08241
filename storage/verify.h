#pragma once
// What Catalog::Verify found: every promise of docs/on-disk-format.md ("What always holds"), looked at for every record.
//
// Owns:    plain values.
// Threads: value types.
// Errors:  none: what is wrong with the data is a finding, not an error.
// Units:   records. Memory while verifying: 9 bytes per photo.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fovea::storage {

inline constexpr size_t kMostFindings = 100;

struct VerifyReport {
  uint64_t photos = 0;
  uint64_t vectors = 0;
  uint64_t contents = 0;
  uint64_t locations = 0;
  uint64_t paths = 0;
  uint64_t failures = 0;
  uint64_t thumbnails = 0;
  uint64_t tags = 0;
  uint64_t faults = 0;                // all of them
  std::vector<std::string> findings;  // the first kMostFindings, in words
};

// Hears what is looked at and how much of it has been; returns false to end early.
using VerifyProgress = std::function<bool(const std::string& what, uint64_t done)>;

}  // namespace fovea::storage
