#include "indexer/photo_facts.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

namespace fovea::indexer {
namespace {

constexpr double kEarthRadiusM = 6'371'008.8;  // mean radius, IUGG

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return lower;
}

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }

// Great-circle distance by the haversine formula.
double DistanceM(double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
  const double half_latitude = std::sin(Radians(latitude_b - latitude_a) / 2), half_longitude = std::sin(Radians(longitude_b - longitude_a) / 2);
  const double h = half_latitude * half_latitude + std::cos(Radians(latitude_a)) * std::cos(Radians(latitude_b)) * half_longitude * half_longitude;
  return 2 * kEarthRadiusM * std::asin(std::sqrt(std::min(1.0, h)));
}

bool InBox(const Filter& box, double latitude, double longitude) {
  if (latitude < box.south || latitude > box.north) return false;
  return box.west <= box.east ? box.west <= longitude && longitude <= box.east : longitude >= box.west || longitude <= box.east;
}

// No way is shorter than its part in latitude: this spares most photos the trigonometry.
bool MayBeWithin(const Filter& circle, double latitude) {
  return std::abs(latitude - circle.latitude) <= 1e-6 + circle.radius_m / kEarthRadiusM * 180 / std::numbers::pi;
}

Shape ShapeOf(int32_t width, int32_t height) { return width > height ? Shape::kLandscape : width < height ? Shape::kPortrait : Shape::kSquare; }

template <typename Combine>
void CombineWords(PhotoWords& words, const PhotoWords& others, const Combine& combine) {
  for (size_t i = 0; i < words.size(); ++i) words[i] = combine(words[i], others[i]);
}

void DropFrom(std::map<std::string, PhotoSet>& names, const PhotoSet& photos) {
  for (auto at = names.begin(); at != names.end();) {
    at->second -= photos;
    at = at->second.isEmpty() ? names.erase(at) : std::next(at);
  }
}

// Photos under a name that holds `text`.
void AddHolding(const std::map<std::string, PhotoSet>& names, std::string_view text, PhotoWords& found) {
  const std::string lower = LowerCase(text);
  for (const auto& [name, photos] : names) {
    if (name.find(lower) != std::string::npos) AddTo(photos, found);
  }
}

void AddUnder(const std::map<std::string, PhotoSet>& names, const std::string& name, PhotoWords& found) {
  if (const auto place = names.find(name); place != names.end()) AddTo(place->second, found);
}

}  // namespace

void PhotoFacts::MakeRoomFor(uint32_t photo) {
  if (photo / 64 < all_.size()) return;
  const size_t words = std::max<size_t>(photo / 64 + 1, all_.size() + all_.size() / 2);
  all_.resize(words);
  bytes_.resize(words * 64);
  sizes_.resize(words * 64);
  places_.resize(words * 64);
  taken_.Resize(words * 64);
}

void PhotoFacts::Put(const storage::PhotoRecord& photo) {
  constexpr double kNowhere = std::numeric_limits<double>::quiet_NaN();
  const uint32_t key = SetKey(photo.id);
  const bool has_place = photo.latitude && photo.longitude;
  std::optional<int64_t> taken = photo.taken_at_ms;
  if (taken) *taken += int64_t{photo.taken_at_offset_min.value_or(0)} * 60'000;
  WriterLock lock(mutex_);
  ++changes_;
  MakeRoomFor(key);
  if (HasBit(all_, key)) Drop(PhotoSet(1, &key));
  SetBit(all_, key);
  bytes_[key] = photo.bytes;
  sizes_[key] = {photo.width, photo.height};
  places_[key] = has_place ? Place{*photo.latitude, *photo.longitude} : Place{kNowhere, kNowhere};
  taken_.Set(key, taken);
  shapes_[static_cast<size_t>(ShapeOf(photo.width, photo.height))].add(key);
  if (!photo.camera.empty()) cameras_[LowerCase(photo.camera)].add(key);
  if (!photo.lens.empty()) lenses_[LowerCase(photo.lens)].add(key);
  types_[LowerCase(photo.format)].add(key);
}

void PhotoFacts::Drop(const PhotoSet& photos) {
  for (Names* names : {&cameras_, &lenses_, &types_}) DropFrom(*names, photos);
  for (PhotoSet& shape : shapes_) shape -= photos;
  for (const uint32_t photo : photos) {
    if (!HasBit(all_, photo)) continue;
    taken_.Set(photo, std::nullopt);
    all_[photo / 64] &= ~(uint64_t{1} << photo % 64);
  }
}

void PhotoFacts::Remove(std::span<const storage::PhotoId> photos) {
  PhotoSet keys;
  for (const storage::PhotoId photo : photos) keys.add(SetKey(photo));
  WriterLock lock(mutex_);
  ++changes_;
  Drop(keys);
  DropFrom(tags_, keys);
}

void PhotoFacts::ChangeTags(const storage::TagChange& change) {
  PhotoSet photos;
  for (const storage::PhotoId photo : change.photos) photos.add(SetKey(photo));
  WriterLock lock(mutex_);
  ++changes_;
  for (const storage::PhotoId photo : change.photos) {
    if (!HasBit(all_, SetKey(photo))) photos.remove(SetKey(photo));
  }
  for (const std::string& tag : change.remove) {
    const auto place = tags_.find(tag);
    if (place == tags_.end()) continue;
    place->second -= photos;
    if (place->second.isEmpty()) tags_.erase(place);
  }
  if (photos.isEmpty()) return;
  for (const std::string& tag : change.add) tags_[tag] |= photos;
}

void PhotoFacts::AddPath(std::string_view path, storage::PhotoId photo) {
  WriterLock lock(mutex_);
  ++changes_;
  folders_.Add(path, SetKey(photo));
}

void PhotoFacts::RemovePath(std::string_view path) {
  WriterLock lock(mutex_);
  ++changes_;
  folders_.Remove(path);
}

void PhotoFacts::MovePath(std::string_view from, std::string_view to) {
  WriterLock lock(mutex_);
  ++changes_;
  const std::optional<uint32_t> photo = folders_.Find(from);
  folders_.Remove(from);
  folders_.Remove(to);
  if (photo) folders_.Add(to, *photo);
}

uint64_t PhotoFacts::size() const {
  ReaderLock lock(mutex_);
  return PhotoBits(all_).count();
}

uint64_t PhotoFacts::CountAfter(storage::PhotoId photo) const {
  ReaderLock lock(mutex_);
  return PhotoBits(all_).CountAfter(photo);
}

PhotoWords PhotoFacts::Fitting(const Filter& filter) const {
  ReaderLock lock(mutex_);
  return Evaluate(filter);
}

// A walk over all photos: about 1 ns each.
template <typename Fits>
PhotoWords PhotoFacts::Where(const Fits& fits) const {
  PhotoWords found(all_.size());
  for (size_t word = 0; word < found.size(); ++word) {
    uint64_t bits = 0;
    for (size_t i = 0; i < 64; ++i) bits |= uint64_t{fits(word * 64 + i)} << i;
    found[word] = bits & all_[word];
  }
  return found;
}

PhotoWords PhotoFacts::EvaluateParts(const Filter& filter) const {
  const bool is_any = filter.kind == Filter::Kind::kAny;
  PhotoWords found = is_any ? PhotoWords(all_.size()) : all_;
  for (const Filter& part : filter.parts) {
    const PhotoWords fitting = Evaluate(part);
    if (is_any) {
      CombineWords(found, fitting, std::bit_or());
    } else if (filter.kind == Filter::Kind::kNot) {
      CombineWords(found, fitting, [](uint64_t all, uint64_t other) { return all & ~other; });
    } else {
      CombineWords(found, fitting, std::bit_and());
    }
  }
  return found;
}

PhotoWords PhotoFacts::EvaluateNumbers(const Filter& filter) const {
  const auto within = [least = filter.least, most = filter.most](int64_t value) { return least <= value && value <= most; };
  const auto* sizes = sizes_.data();
  const auto* places = places_.data();
  const auto* bytes = bytes_.data();
  switch (filter.kind) {
    case Filter::Kind::kWidth: return Where([&](size_t photo) { return within(sizes[photo].width); });
    case Filter::Kind::kHeight: return Where([&](size_t photo) { return within(sizes[photo].height); });
    case Filter::Kind::kPixels: return Where([&](size_t photo) { return within(int64_t{sizes[photo].width} * sizes[photo].height); });
    case Filter::Kind::kBytes: return Where([&](size_t photo) { return within(bytes[photo]); });
    case Filter::Kind::kBox: return Where([&](size_t photo) { return InBox(filter, places[photo].latitude, places[photo].longitude); });
    default:
      return Where([&](size_t photo) {
        const auto [latitude, longitude] = places[photo];
        return MayBeWithin(filter, latitude) && DistanceM(filter.latitude, filter.longitude, latitude, longitude) <= filter.radius_m;
      });
  }
}

void PhotoFacts::AddFitting(const Filter& filter, PhotoWords& found) const {
  switch (filter.kind) {
    case Filter::Kind::kFolder: return folders_.AddIn(filter.text, found);
    case Filter::Kind::kGlob: return folders_.AddFitting(filter.text, found);
    case Filter::Kind::kTaken: return taken_.AddBetween(filter.least, filter.most, found);
    case Filter::Kind::kMonth: return taken_.AddMonth(filter.number, found);
    case Filter::Kind::kShape: return AddTo(shapes_[static_cast<size_t>(filter.shape)], found);
    case Filter::Kind::kCamera: return AddHolding(cameras_, filter.text, found);
    case Filter::Kind::kLens: return AddHolding(lenses_, filter.text, found);
    case Filter::Kind::kType: return AddUnder(types_, LowerCase(filter.text), found);
    case Filter::Kind::kTag: return AddUnder(tags_, filter.text, found);
    default: return;  // a root that nobody has resolved holds nothing
  }
}

PhotoWords PhotoFacts::Evaluate(const Filter& filter) const {
  using enum Filter::Kind;
  switch (filter.kind) {
    case kAll:
    case kAny:
    case kNot: return EvaluateParts(filter);
    case kWidth:
    case kHeight:
    case kPixels:
    case kBytes:
    case kBox:
    case kRadius: return EvaluateNumbers(filter);
    default: break;
  }
  PhotoWords found(all_.size());
  AddFitting(filter, found);
  CombineWords(found, all_, std::bit_and());
  return found;
}

}  // namespace fovea::indexer
