#pragma once
// Near-duplicates as they are shown: what was found last, less what is gone since.
//
// Owns:    plain values.
// Threads: values of whoever holds them.
// Errors:  none.
// Units:   scores are cosines.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "indexer/duplicates.h"
#include "indexer/library_status.h"
#include "indexer/photo.h"

namespace fovea::indexer {

struct DuplicatePlace {
  uint64_t run = 0;
  size_t group = 0;
};
struct DuplicateQuery {
  std::optional<DuplicateKind> kind = {};     // none: all, identical ones first, then copies, then bursts
  std::optional<DuplicatePlace> from = {};    // a page's `next`; kInvalidArgument when another search was made since, or of another kind
  size_t limit = 50;                          // groups, 1..kMaxDuplicateGroups
};
inline constexpr size_t kMaxDuplicateGroups = 200;
inline constexpr size_t kMostShownOfGroup = 200;  // photos
struct ShownDuplicates {
  struct Shot {
    Photo photo;
    size_t path = 0;   // which of its paths: of an identical group all are shown, else the first
    float score = 1;   // with the group's first, when it was found
    bool keep = false; // the best of the group: most pixels, then the largest file, then the oldest
  };
  DuplicateKind kind = DuplicateKind::kIdentical;
  size_t size = 0;          // photos, or paths, that are still there
  std::vector<Shot> shots;  // the first kMostShownOfGroup of them
};
struct DuplicatePage {
  DuplicateReport report;  // without its groups; run 0: no search was made yet
  std::array<size_t, kDuplicateKinds> found = {};  // groups by kind, at that time
  std::optional<uint64_t> photos_since;            // that came after the search; not known while the library loads
  std::optional<JobStatus> running;                // a search that runs now
  std::vector<ShownDuplicates> groups;
  std::optional<DuplicatePlace> next;
};

}  // namespace fovea::indexer
