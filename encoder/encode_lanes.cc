#include "encoder/encode_lanes.h"

#include <algorithm>

namespace fovea::encoder {
namespace {

size_t RowsOf(const auto& slices) {
  size_t rows = 0;
  for (const Slice& slice : slices) rows += slice.count;
  return rows;
}

}  // namespace

size_t EncodeBatch::rows() const { return RowsOf(slices); }

std::deque<Slice>& EncodeLanes::QueueOf(const EncodeCall& call) {
  if (call.tower() == Tower::kText) return waiting_[kTexts];
  return waiting_[call.lane == Lane::kInteractive ? kQueries : kBulkPictures];
}

void EncodeLanes::Add(EncodeCall& call) { QueueOf(call).push_back({&call, 0, call.rows()}); }

void EncodeLanes::Return(const Slice& slice) { QueueOf(*slice.call).push_front(slice); }

size_t EncodeLanes::Withdraw(const EncodeCall& call) {
  std::deque<Slice>& queue = QueueOf(call);
  const size_t before = RowsOf(queue);
  std::erase_if(queue, [&](const Slice& slice) { return slice.call == &call; });
  return before - RowsOf(queue);
}

void EncodeLanes::TakeFrom(Row row, size_t most, EncodeBatch& batch) {
  std::deque<Slice>& queue = waiting_[row];
  for (size_t room = most - std::min(most, batch.rows()); room > 0 && !queue.empty();) {
    const Slice slice = queue.front();
    queue.pop_front();
    const size_t count = std::min(room, slice.count);
    room -= count;
    batch.slices.push_back({slice.call, slice.first, count});
    if (count == slice.count) continue;
    const Slice rest = {slice.call, slice.first + count, slice.count - count};
    if (row == kBulkPictures) {
      queue.push_front(rest);
    } else {
      queue.push_back(rest);
    }
  }
}

EncodeBatch EncodeLanes::Take(const Limits& limits) {
  EncodeBatch batch;
  if (!waiting_[kTexts].empty()) {
    TakeFrom(kTexts, limits.texts, batch);
    return batch;
  }
  TakeFrom(kQueries, limits.pictures, batch);
  TakeFrom(kBulkPictures, batch.slices.empty() ? limits.pictures : limits.pictures_to_fill, batch);
  return batch;
}

EncodeCall* EncodeLanes::next() const {
  for (const auto& queue : waiting_) {
    if (!queue.empty()) return queue.front().call;
  }
  return nullptr;
}

size_t EncodeLanes::rows(Lane lane) const {
  if (lane == Lane::kBulk) return RowsOf(waiting_[kBulkPictures]);
  return RowsOf(waiting_[kTexts]) + RowsOf(waiting_[kQueries]);
}

size_t EncodeLanes::questions(Tower tower) const { return RowsOf(waiting_[tower == Tower::kText ? kTexts : kQueries]); }

}  // namespace fovea::encoder
