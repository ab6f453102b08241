#include "bench/planted_duplicates.h"

#include <cmath>

#include "bench/synthetic_random.h"

namespace fovea::bench {
namespace {

constexpr uint64_t kCopyStream = uint64_t{5} << 40, kSpreadStream = uint64_t{6} << 40;
constexpr double kLeastSpread = 0.01, kMostSpread = 0.2;  // of a copy from its source, against a length of 1

}  // namespace

uint64_t PlantedDuplicates::SourceOf(uint64_t photo) const {
  const uint64_t source = SyntheticRandom(seed_, kCopyStream + photo).Next() % photo;
  return IsCopy(source) ? source - 1 : source;
}

storage::IndexedFile PlantedDuplicates::File(uint64_t photo, std::span<float> vector) const {
  storage::IndexedFile own = library_.File(photo, vector);
  own.photo.taken_at_offset_min.reset();
  if (!IsCopy(photo)) return own;
  storage::IndexedFile copy = library_.File(SourceOf(photo), vector);
  SyntheticRandom random(seed_, kSpreadStream + photo);
  const double spread = kLeastSpread + (kMostSpread - kLeastSpread) * random.Unit();
  const double noise = spread * std::sqrt(12.0 / static_cast<double>(vector.size()));  // evenly spread over a width of 1: variance 1/12
  double squares = 0;
  for (float& value : vector) {
    value += static_cast<float>(noise * (random.Unit() - 0.5));
    squares += double{value} * value;
  }
  for (float& value : vector) value = static_cast<float>(value / std::sqrt(squares));
  copy.photo.content = own.photo.content;
  copy.photo.taken_at_offset_min.reset();
  copy.photo.width /= 2;
  copy.photo.height /= 2;
  copy.photo.bytes /= 5;
  copy.photo.indexed_at_ms = own.photo.indexed_at_ms;
  copy.location.path = "copies/" + own.location.path;
  copy.stamp = {copy.photo.bytes, own.stamp.mtime_ns, own.stamp.inode};
  if (photo % 3 == 0) copy.photo.taken_at_ms.reset(), copy.photo.camera.clear(), copy.photo.lens.clear();
  return copy;
}

}  // namespace fovea::bench
