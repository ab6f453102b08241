#include "indexer/among_rows.h"

#include <algorithm>
#include <bit>

namespace fovea::indexer {
namespace {

constexpr size_t kRowsPerLookup = 4;  // looking one photo up costs what asking so many rows does

}  // namespace

AmongRows::AmongRows(const ListedRows& rows, const PhotoBits& photos) : rows_(&rows), bits_(rows.there().size()), counts_(rows.lists()) {
  if (photos.count() <= rows.size() / kRowsPerLookup) {
    LookUp(photos);
  } else {
    AskAll(photos);
  }
}

// In steps, so that no photo waits for the one before.
void AmongRows::LookUp(const PhotoBits& photos) {
  std::vector<storage::PhotoId> ids;
  ids.reserve(photos.count());
  ForEachOf(photos, [&](storage::PhotoId photo) { ids.push_back(photo); });
  for (const storage::PhotoId photo : ids) {
    const std::optional<uint32_t> place = rows_->PlaceOf(photo);
    if (!place) continue;
    bits_[*place / 64] |= uint64_t{1} << *place % 64;
    ++counts_[rows_->ListOf(*place)];
  }
}

void AmongRows::AskAll(const PhotoBits& photos) {
  for (size_t i = 0; i < bits_.size(); ++i) {
    const auto ids = rows_->ids().subspan(i * 64, std::min<size_t>(64, rows_->places() - i * 64));
    uint64_t held = 0;
    for (size_t row = 0; row < ids.size(); ++row) held |= uint64_t{photos.Holds(ids[row])} << row;
    bits_[i] = held & rows_->there()[i];
  }
  for (uint32_t block = 0; block < rows_->places() / kBlockRows; ++block) {
    counts_[rows_->ListOf(block * kBlockRows)] += static_cast<uint32_t>(std::popcount(RowFilter(bits_).BlockBits(block)));
  }
}

}  // namespace fovea::indexer
