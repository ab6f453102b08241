#include "indexer/among_rows.h"

#include <algorithm>
#include <bit>

namespace fovea::indexer {
namespace {

constexpr size_t kRowsPerLookup = 100;  // looking a photo up costs what asking four rows does, and of many photos few lists are asked
constexpr double kGenerous = 4;

}  // namespace

AmongRows::AmongRows(const ListedRows& rows, const PhotoBits* photos) : rows_(rows), photos_(photos) {
  if (photos_ == nullptr) return;
  bits_.resize(rows_.there().size());
  const bool few = photos_->count() <= rows_.size() / kRowsPerLookup;
  share_ = std::min(1.0, kGenerous * static_cast<double>(photos_->count()) / static_cast<double>(rows_.size()));
  counts_.resize(rows_.lists(), few ? 0 : kNotCounted);
  if (few) LookUp();
}

// In steps, so that no photo waits for the one before.
void AmongRows::LookUp() {
  std::vector<storage::PhotoId> ids;
  ids.reserve(photos_->count());
  ForEachOf(*photos_, [&](storage::PhotoId photo) { ids.push_back(photo); });
  for (const storage::PhotoId photo : ids) {
    const std::optional<uint32_t> place = rows_.PlaceOf(photo);
    if (!place) continue;
    bits_[*place / 64] |= uint64_t{1} << *place % 64;
    ++counts_[rows_.ListOf(*place)];
  }
}

size_t AmongRows::Count(uint32_t list) {
  uint32_t count = 0;
  for (const uint32_t block : rows_.BlocksOf(list)) {
    const auto ids = rows_.ids().subspan(block * kBlockRows, kBlockRows);
    uint64_t held = 0;
    for (size_t row = 0; row < kBlockRows; ++row) held |= uint64_t{photos_->Holds(ids[row])} << row;
    held &= rows_.BlockBits(block);
    bits_[block * kBlockRows / 64] |= held << block * kBlockRows % 64;
    count += static_cast<uint32_t>(std::popcount(held));
  }
  return counts_[list] = count;
}

std::span<const uint64_t> AmongRows::AllBits() {
  for (uint32_t list = 0; list < rows_.lists(); ++list) CountIn(list);
  return bits();
}

}  // namespace fovea::indexer
