#pragma once
// DuplicateGroup and what else is said about near-duplicates: what was asked for, found, and is shown.
//
// Owns:    plain values.
// Threads: value types.
// Errors:  none.
// Units:   cosines; times UTC ms.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/records.h"

namespace fovea::indexer {

enum class DuplicateKind : uint8_t {
  kIdentical = 0,  // one photo whose bytes lie at several paths
  kCopies = 1,     // the same picture, saved again
  kBurst = 2,      // shots of one camera within seconds
};
inline constexpr size_t kDuplicateKinds = 3;

struct DuplicateGroup {
  struct Member {
    storage::PhotoId id;
    float score = 1;  // with the first
  };
  DuplicateKind kind = DuplicateKind::kIdentical;
  std::vector<Member> members;  // the one that the group was found around first, then by falling score; identical: a single one
  storage::PhotoId keep;        // the best of them
  float score() const { return members.back().score; }  // the least of all
};

// The least cosine of a pair of copies, and of two shots of a burst.
struct PairLevels {
  float copies = 0, bursts = 0;
};
struct DuplicateRequest {
  std::optional<float> copies = {}, bursts = {};  // levels; those that are not given follow from the library (LevelsFor)
};

// The outcome of one search for duplicates.
struct DuplicateReport {
  uint64_t run = 0;  // counts the searches of a store, from 1; 0: none was made yet
  int64_t made_at_ms = 0;
  std::string model;
  PairLevels levels;
  uint64_t photos = 0;        // that were looked at
  storage::PhotoId last;      // of them; later ones came since
  std::vector<DuplicateGroup> groups;  // by kind, each best first
};

}  // namespace fovea::indexer
