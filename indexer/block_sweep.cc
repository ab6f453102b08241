#include "indexer/block_sweep.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace fovea::indexer {
namespace {

constexpr size_t kSegmentBytes = size_t{512} << 10;
constexpr size_t kBytesPerThread = size_t{1} << 20;  // below it, waking a thread costs more than it saves
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

BlockSweep::BlockSweep(const Int8Rows& rows, std::span<const ScanQuery> queries, const ScanKernel& kernel, size_t workers)
    : rows_(rows), queries_(queries), kernel_(kernel), segment_blocks_(std::max<size_t>(1, kSegmentBytes / rows.block_bytes())),
      workers_(workers), floors_(queries.size()) {
  for (size_t first = 0; first < queries.size(); first += kMostQueries) {
    groups_.push_back(MakeGroup(first, std::min(kMostQueries, queries.size() - first)));
  }
  for (auto& floor : floors_) floor.store(-kInfinity, std::memory_order_relaxed);
  for (Worker& worker : workers_) {
    for (const Group& group : groups_) worker.blocks.push_back(group.coded.block());
    for (const ScanQuery& query : queries) worker.candidates.emplace_back(query.k);
  }
}

size_t BlockSweep::WorthThreads(const Int8Rows& rows, size_t queries) {
  const size_t work = rows.blocks() * rows.block_bytes() * ((queries + 3) / 4);
  return work / kBytesPerThread + 1;
}

BlockSweep::Group BlockSweep::MakeGroup(size_t first, size_t count) const {
  std::vector<const float*> vectors;
  bool filtered = false;
  for (const ScanQuery& query : queries_.subspan(first, count)) {
    vectors.push_back(query.vector.data());
    filtered |= query.filter != nullptr;
  }
  return {first, count, filtered, CodedQueries(vectors, queries_[first].vector.size())};
}

void BlockSweep::Work(size_t worker_number) {
  Worker& worker = workers_[worker_number];
  while (true) {
    const size_t begin = next_block_.fetch_add(segment_blocks_, std::memory_order_relaxed);
    if (begin >= rows_.blocks()) return;
    const size_t end = std::min(begin + segment_blocks_, rows_.blocks());
    for (const Group& group : groups_) SweepSegment(group, begin, end, worker);
  }
}

void BlockSweep::SweepSegment(const Group& group, size_t begin, size_t end, Worker& worker) {
  QueryBlock& block = worker.blocks[group.first / kMostQueries];
  ShareFloors(group, worker, block);
  BlockBounds bounds;
  uint16_t allowed[kMostQueries];
  for (size_t i = begin; i < end; ++i) {
    if (!Allowed(group, i, allowed)) continue;
    kernel_.scan(rows_.Block(i), block, bounds);
    OfferHits(group, i, allowed, bounds, worker);
  }
  ShareFloors(group, worker, block);
}

bool BlockSweep::Allowed(const Group& group, size_t block, uint16_t* allowed) const {
  const size_t rows_left = rows_.size() - block * kBlockRows;
  const auto there = static_cast<uint16_t>(rows_left >= kBlockRows ? 0xffff : (1u << rows_left) - 1);
  std::fill_n(allowed, group.count, there);
  if (!group.filtered) return true;
  unsigned any = 0;
  for (size_t lane = 0; lane < group.count; ++lane) {
    if (const RowFilter* filter = queries_[group.first + lane].filter) allowed[lane] &= filter->BlockBits(block);
    any |= allowed[lane];
  }
  return any != 0;
}

void BlockSweep::OfferHits(const Group& group, size_t block, const uint16_t* allowed, const BlockBounds& bounds, Worker& worker) {
  QueryBlock& query_block = worker.blocks[group.first / kMostQueries];
  for (size_t lane = 0; lane < group.count; ++lane) {
    unsigned hits = bounds.hits[lane] & allowed[lane];
    if (hits == 0) continue;
    Candidates& candidates = worker.candidates[group.first + lane];
    const float* residuals = rows_.Block(block).residuals;
    const float slack = group.coded.slack(lane), weight = query_block.weights[lane];
    for (; hits != 0; hits &= hits - 1) {
      const auto row = static_cast<size_t>(std::countr_zero(hits));
      const float upper = bounds.upper[lane][row];
      candidates.Offer(static_cast<uint32_t>(block * kBlockRows + row), upper + slack, upper - 2 * weight * residuals[row] - slack);
    }
    query_block.floors[lane] = std::max(query_block.floors[lane], candidates.floor() - slack);
  }
}

void BlockSweep::ShareFloors(const Group& group, Worker& worker, QueryBlock& block) {
  for (size_t lane = 0; lane < group.count; ++lane) {
    std::atomic<float>& shared = floors_[group.first + lane];
    const float own = worker.candidates[group.first + lane].floor();
    float known = shared.load(std::memory_order_relaxed);
    while (known < own && !shared.compare_exchange_weak(known, own, std::memory_order_relaxed)) {
    }
    block.floors[lane] = std::max(block.floors[lane], std::max(known, own) - group.coded.slack(lane));
  }
}

std::vector<Candidates::Candidate> BlockSweep::Take(size_t query) {
  std::vector<Candidates> lists;
  for (Worker& worker : workers_) lists.push_back(std::move(worker.candidates[query]));
  return Candidates::Merge(lists);
}

}  // namespace fovea::indexer
