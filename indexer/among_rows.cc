#include "indexer/among_rows.h"

#include <algorithm>
#include <bit>

namespace fovea::indexer {
namespace {

constexpr size_t kRowsPerLookup = 256;  // with fewer than one photo in so many, all are looked up
constexpr double kSparse = 1.0 / 16;    // with a smaller share, a block's rows are asked before it is read
constexpr size_t kAsked = 16;          // rows of a list, to guess its share

}  // namespace

size_t CountOf(const PhotoBits& photos) {
  size_t count = 0;
  for (const uint64_t word : photos.words()) count += static_cast<size_t>(std::popcount(word));
  return count;
}

AmongRows::AmongRows(const ListedRows& rows, const PhotoBits* photos) : rows_(rows), photos_(photos) {
  if (photos == nullptr) return;
  const size_t count = CountOf(*photos);
  share_ = std::min(1.0, static_cast<double>(count) / static_cast<double>(std::max<size_t>(1, rows.size())));
  asks_first_ = share_ < kSparse;
  if (count <= rows.size() / kRowsPerLookup) LookUp();
}

uint16_t AmongRows::BlockBits(uint32_t block) const {
  if (looked_up_) return RowFilter(bits_).BlockBits(block);
  const uint16_t there = rows_.BlockBits(block);
  if (!asks_first_) return there;
  unsigned held = 0;
  for (unsigned left = there; left != 0; left &= left - 1) {
    const int row = std::countr_zero(left);
    held |= static_cast<unsigned>(photos_->Holds(rows_.ids()[block * kBlockRows + static_cast<size_t>(row)])) << row;
  }
  return static_cast<uint16_t>(held);
}

void AmongRows::LookUp() {
  looked_up_ = true;
  bits_.resize((rows_.places() + 63) / 64);
  counts_.resize(rows_.lists());
  ForEachOf(*photos_, [&](storage::PhotoId photo) {
    if (const std::optional<uint32_t> place = rows_.PlaceOf(photo)) {
      bits_[*place / 64] |= uint64_t{1} << *place % 64;
      ++counts_[rows_.ListOf(*place)];
    }
  });
}

double AmongRows::Count(uint32_t list) const {
  if (looked_up_) return counts_[list];
  const auto rows = static_cast<double>(rows_.SizeOf(list));
  if (photos_ == nullptr || rows_.SizeOf(list) == 0) return rows;
  const auto blocks = rows_.BlocksOf(list);
  double asked = 0, held = 0;
  for (size_t i = 0; i < kAsked; ++i) {
    const uint32_t block = blocks[i * blocks.size() / kAsked];
    const uint16_t there = rows_.BlockBits(block);
    if ((there >> i & 1) == 0) continue;
    ++asked;
    held += photos_->Holds(rows_.ids()[block * kBlockRows + i]);
  }
  return rows * (held + share_) / (asked + 1);
}

}  // namespace fovea::indexer
