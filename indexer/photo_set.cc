#include "indexer/photo_set.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "indexer/photo_bits.h"

namespace fovea::indexer {
namespace {

constexpr size_t kFew = 1024;  // are set one by one

// A set in the portable format of Roaring bitmaps (https://github.com/RoaringBitmap/RoaringFormatSpec): 2^16 ids to a container, which
// is a list of up to 4,096 low halves, a bitmap, or a list of runs.
class PortableSet {
 public:
  PortableSet(const PhotoSet& photos, std::span<uint64_t> bits) : bytes_(photos.getSizeInBytes()), bits_(bits) { photos.write(bytes_.data()); }

  void Add() {
    constexpr uint32_t kWithRuns = 12347, kOffsetsFrom = 4;
    const auto cookie = Take<uint32_t>();
    const bool with_runs = (cookie & 0xffff) == kWithRuns;
    const uint32_t containers = with_runs ? (cookie >> 16) + 1 : Take<uint32_t>();
    const size_t runs = at_;
    if (with_runs) at_ += (containers + 7) / 8;
    const size_t heads = at_;
    at_ += containers * 2 * sizeof(uint16_t);
    if (!with_runs || containers >= kOffsetsFrom) at_ += containers * sizeof(uint32_t);
    for (uint32_t i = 0; i < containers; ++i) {
      const uint32_t high = uint32_t{At<uint16_t>(heads + i * 4)} << 16, count = At<uint16_t>(heads + i * 4 + 2) + uint32_t{1};
      const bool is_runs = with_runs && (bytes_[runs + i / 8] >> i % 8 & 1) != 0;
      is_runs ? AddRuns(high) : count <= 4096 ? AddList(high, count) : AddBitmap(high);
    }
  }

 private:
  template <typename T>
  T At(size_t place) const {
    T value;
    std::memcpy(&value, bytes_.data() + place, sizeof value);
    return value;
  }
  template <typename T>
  T Take() {
    const T value = At<T>(at_);
    at_ += sizeof value;
    return value;
  }

  void AddList(uint32_t high, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) SetBit(bits_, high | Take<uint16_t>());
  }
  void AddBitmap(uint32_t high) {
    for (uint32_t word = 0; word < 1024; ++word) {
      const auto ids = Take<uint64_t>();
      if (const size_t place = high / 64 + word; place < bits_.size()) bits_[place] |= ids;
    }
  }
  void AddRuns(uint32_t high) {
    for (uint32_t run = Take<uint16_t>(); run > 0; --run) {
      const uint32_t first = Take<uint16_t>(), more = Take<uint16_t>();
      for (uint32_t i = 0; i <= more; ++i) SetBit(bits_, high | (first + i));
    }
  }

  std::vector<char> bytes_;
  const std::span<uint64_t> bits_;
  size_t at_ = 0;
};

}  // namespace

void AddTo(const PhotoSet& photos, std::span<uint64_t> bits) {
  const uint64_t count = photos.cardinality();
  if (count > kFew) return PortableSet(photos, bits).Add();
  std::array<uint32_t, kFew> ids;
  photos.toUint32Array(ids.data());
  for (const uint32_t id : std::span(ids).first(count)) SetBit(bits, id);
}

}  // namespace fovea::indexer
