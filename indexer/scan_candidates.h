#pragma once
// Candidates gathers, for one query, the rows that can still be among its k best: all whose upper bound reaches the k-th best lower
// bound seen.
//
// Owns:    its list: 8 bytes a candidate, now and then cleared of those that a risen floor has passed.
// Threads: one at a time.
// Errors:  none. Requires: k >= 1, fewer than 2^32 rows.
// Units:   bounds are cosines, on either side of the row's score (scan_bound.h).
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fovea::indexer {

class Candidates {
 public:
  struct Candidate {
    float upper;
    uint32_t row;
  };

  explicit Candidates(size_t k) : k_(k) {}

  void Offer(uint32_t row, float upper, float lower);
  // The k-th best lower bound, -infinity before k rows were offered: no row below it is among the k best.
  float floor() const { return floor_; }
  // What is left of several lists over different rows, highest upper bound first.
  static std::vector<Candidate> Merge(std::span<Candidates> lists);

 private:
  void Prune();

  size_t k_;
  float floor_ = -__builtin_inff();
  size_t prune_at_ = 8192;
  std::vector<Candidate> list_;
  std::vector<float> lowers_;  // the k best, a heap with the least in front
};

}  // namespace fovea::indexer
