#include "daemon/parquet/packed_numbers.h"

#include <algorithm>

#include "daemon/parquet/varint.h"

namespace fovea::daemon {
namespace {

bool TakeZigzag(std::string_view& bytes, uint64_t& value) {
  if (!TakeVarint(bytes, value)) return false;
  value = static_cast<uint64_t>(FromZigzag(value));
  return true;
}

// Little-endian: the first bit is the lowest of the first byte. Requires: the bits are there; width <= 64.
uint64_t BitsAt(std::string_view bytes, size_t bit, unsigned width) {
  uint64_t value = 0;
  for (unsigned got = 0; got < width;) {
    const size_t at = bit + got, offset = at % 8;
    const auto take = static_cast<unsigned>(std::min<size_t>(8 - offset, width - got));
    const uint64_t part = static_cast<uint64_t>(static_cast<uint8_t>(bytes[at / 8])) >> offset & ((1u << take) - 1);
    value |= part << got;
    got += take;
  }
  return value;
}

std::string_view TakeFront(std::string_view& bytes, size_t size) {
  const std::string_view front = bytes.substr(0, size);
  bytes.remove_prefix(front.size());
  return front;
}

}  // namespace

bool RunReader::BeginRun() {
  uint64_t head = 0;
  if (!TakeVarint(rest_, head)) return false;
  const uint64_t count = head >> 1;
  if ((head & 1) == 0) {
    const size_t bytes = (width_ + 7) / 8;
    if (bytes > rest_.size()) return false;
    repeated_ = static_cast<uint32_t>(BitsAt(rest_, 0, width_));
    packed_ = {};
    rest_.remove_prefix(bytes);
    left_ = count;
    return true;
  }
  // Eight numbers at a time; the last eight of a page may be cut short.
  packed_ = TakeFront(rest_, std::min<uint64_t>(count, rest_.size()) * width_);
  left_ = packed_.size() * 8 / width_;
  bit_ = 0;
  return true;
}

bool RunReader::Next(uint32_t& value) {
  value = 0;
  if (width_ == 0) return true;
  while (left_ == 0) {
    if (!BeginRun()) return false;
  }
  --left_;
  value = repeated_;
  if (packed_.empty()) return true;
  value = static_cast<uint32_t>(BitsAt(packed_, bit_, width_));
  bit_ += width_;
  return true;
}

bool DeltaReader::Open(std::string_view bytes, uint64_t most) {
  constexpr uint64_t kMaxBlock = 1 << 20;
  rest_ = bytes;
  uint64_t block = 0;
  if (!TakeVarint(rest_, block) || !TakeVarint(rest_, packs_) || !TakeVarint(rest_, left_) || !TakeZigzag(rest_, value_)) return false;
  if (block == 0 || block > kMaxBlock || packs_ == 0 || block % packs_ != 0 || left_ > most) return false;
  pack_size_ = block / packs_;
  return pack_size_ % 32 == 0;
}

bool DeltaReader::BeginBlock() {
  if (!TakeZigzag(rest_, least_) || packs_ > rest_.size()) return false;
  widths_ = TakeFront(rest_, packs_);
  return true;
}

bool DeltaReader::Next(int64_t& value) {
  if (left_ == 0) return false;
  if (!first_) {
    if (left_in_pack_ == 0) {
      if (widths_.empty() && !BeginBlock()) return false;
      width_ = static_cast<uint8_t>(TakeFront(widths_, 1).front());
      const uint64_t bytes = pack_size_ / 8 * width_;
      if (width_ > 64 || bytes > rest_.size()) return false;
      packed_ = TakeFront(rest_, bytes);
      left_in_pack_ = pack_size_;
      bit_ = 0;
    }
    value_ += least_ + BitsAt(packed_, bit_, width_);
    bit_ += width_;
    --left_in_pack_;
  }
  first_ = false;
  --left_;
  value = static_cast<int64_t>(value_);
  return true;
}

bool DeltaReader::Behind(std::string_view& bytes) const {
  DeltaReader walk = *this;
  int64_t value = 0;
  while (walk.Next(value)) {
  }
  bytes = walk.rest_;
  return walk.left_ == 0;
}

}  // namespace fovea::daemon
