#pragma once
// BlockSweep is the first pass of an exact scan: all queries against the byte codes of all rows, on several threads.
//
// Owns:    the coded queries and each worker's candidates.
// Threads: Work from any number of threads at once, each with a number of its own; the rest before or after.
// Errors:  none.
// Shapes:  queries go in groups of up to 16; rows in segments that stay in a core's cache while every group passes over them.
#include <atomic>
#include <span>
#include <vector>

#include "indexer/coded_queries.h"
#include "indexer/exact_scan.h"
#include "indexer/scan_candidates.h"

namespace fovea::indexer {

class BlockSweep {
 public:
  // Requires: every k >= 1. All arguments outlive it.
  BlockSweep(const Int8Rows& rows, std::span<const ScanQuery> queries, const ScanKernel& kernel, size_t workers);

  // How many threads the work is worth.
  static size_t WorthThreads(const Int8Rows& rows, size_t queries);
  // Takes segments until none is left.
  void Work(size_t worker);
  // After the work: the candidates of a query, highest upper bound first.
  std::vector<Candidates::Candidate> Take(size_t query);

 private:
  struct Group {
    size_t first = 0;  // query
    size_t count = 0;
    bool filtered = false;
    CodedQueries coded;
  };
  struct Worker {
    std::vector<QueryBlock> blocks;      // by group, with this worker's floors
    std::vector<Candidates> candidates;  // by query
  };

  Group MakeGroup(size_t first, size_t count) const;
  void SweepSegment(const Group& group, size_t begin, size_t end, Worker& worker);
  // Which rows of the block each lane may have; false when no lane may have any.
  bool Allowed(const Group& group, size_t block, uint16_t* allowed) const;
  void OfferHits(const Group& group, size_t block, const uint16_t* allowed, const BlockBounds& bounds, Worker& worker);
  void ShareFloors(const Group& group, Worker& worker, QueryBlock& block);

  const Int8Rows& rows_;
  const std::span<const ScanQuery> queries_;
  const ScanKernel& kernel_;
  const size_t segment_blocks_;
  std::vector<Group> groups_;
  std::vector<Worker> workers_;
  std::vector<std::atomic<float>> floors_;  // by query, the best that any worker knows
  std::atomic<size_t> next_block_{0};
};

}  // namespace fovea::indexer
