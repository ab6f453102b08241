#pragma once
// FindNearPairs finds the pairs of unit vectors with a cosine of at least some level, without comparing all with all: vectors meet in
// the lists of their nearest centroids (vector_lists.h), where byte codes are compared and what lies near a level is worked out from
// the vectors themselves. What it leaves out: pairs that share no list (some in a hundred at worst; docs/decisions/012), and pairs of
// vectors that are both in kMostPairs pairs already, so that a thousand equal pictures do not make a million pairs.
//
// Owns:    while it runs, some 12 bytes per pair, and what vector_lists.h says.
// Threads: the caller's and its team's.
// Errors:  kCancelled when the team was stopped; those of the function that gives vectors.
// Units:   rows of CodedVectors; cosines.
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/status.h"
#include "indexer/coded_vectors.h"
#include "indexer/quiet_team.h"
#include "indexer/vector_lists.h"

namespace fovea::indexer {

inline constexpr uint32_t kMostPairs = 32;

struct NearPair {
  uint32_t a = 0, b = 0;  // a < b
  float score = 0;        // within some thousandths of the cosine; exact near a level
};

struct NearPairsRequest {
  std::vector<float> levels;  // the cosines at which something is decided; pairs reach the least
  ListOptions lists = {};
  // Whether a pair with this score (which may be off by some thousandths) is of interest: others are dropped before they count.
  std::function<bool(uint32_t a, uint32_t b, float score)> wanted = {};  // empty: all; from any thread
  // The vector itself; kNotFound when it is gone: its pairs are left out. From any thread.
  std::function<Result<std::vector<float>>(storage::PhotoId)> vector;
  std::function<void(double)> done = [](double) {};  // hears the share that is done, from any thread
};

// In rising order of a, then b.
Result<std::vector<NearPair>> FindNearPairs(const CodedVectors& vectors, const NearPairsRequest& request, const QuietTeam& team);

}  // namespace fovea::indexer
