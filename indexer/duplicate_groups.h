#pragma once
// GroupDuplicates makes groups of near pairs: copies (the same picture saved again) and bursts (shots of one camera, seconds apart).
//
// A pair of copies was taken at the same moment as far as their times tell, or one of them has no time. Files that carry a camera's
// next numbers (IMG_0001, IMG_0002 in one folder, of the same size) are different shots even if their clock shows the same second.
// A group is a star: every member is near its first, so that a chain of neighbours never grows into one group. A photo is in one group of
// each kind at most; of a group of copies only the best one is looked at for bursts.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  none.
// Units:   cosines; milliseconds of the camera's own clock; pixels; bytes.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "indexer/duplicates.h"
#include "indexer/near_pairs.h"
#include "storage/records.h"

namespace fovea::indexer {

inline constexpr int64_t kBurstGapMs = 10'000;  // between a member of a burst and its first

// What is asked of a photo that is in a pair.
struct ShotFacts {
  storage::PhotoId id;  // 0: gone, in no group
  int width = 0, height = 0;
  int64_t bytes = 0;
  std::optional<int64_t> taken_local_ms;
  std::string camera;
  std::string path;  // one of them
};

// The levels to take where two photos of the library have the cosine `mean` on average (docs/decisions/012): a fixed share of the way from there
// to 1, as models differ in how much of the sphere they use; within bounds, as a small library may show one thing only.
PairLevels LevelsFor(double mean);

// Whether a pair may be judged anything but kNone, by what is quickly at hand. `score` may be too small by a hundredth.
struct Moment {
  int64_t taken_local_ms = kNoTime;
  uint32_t camera = 0;  // a hash of its name
  static constexpr int64_t kNoTime = INT64_MIN;
};
bool MayBePair(const Moment& a, const Moment& b, float score, const PairLevels& levels);

enum class PairKind { kNone, kCopies, kBurst };
PairKind JudgePair(const ShotFacts& a, const ShotFacts& b, float score, const PairLevels& levels);

// Of the photos, the one to keep: most pixels, then the largest file, then the oldest.
bool IsBetterToKeep(const ShotFacts& a, const ShotFacts& b);

// `facts` by row, of every row in a pair. Best first: groups of copies, then bursts, each by falling score.
std::vector<DuplicateGroup> GroupDuplicates(std::span<const NearPair> pairs, const std::function<const ShotFacts&(uint32_t row)>& facts,
                                            const PairLevels& levels);

}  // namespace fovea::indexer
