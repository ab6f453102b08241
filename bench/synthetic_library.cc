#include "bench/synthetic_library.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "base/log.h"
#include "bench/synthetic_random.h"

namespace fovea::bench {
namespace {

constexpr uint64_t kEventStream = uint64_t{1} << 40, kPhotoStream = uint64_t{2} << 40, kPlaceStream = uint64_t{3} << 40, kContentStream = uint64_t{4} << 40;
constexpr size_t kPlaces = 300;
constexpr int64_t kFirstDay = 12784, kDays = 7670;  // from 2005-01-01 on, 21 years
constexpr int64_t kDayMs = 86'400'000;

constexpr std::array<std::string_view, 12> kNames = {"harbour", "garden", "wedding", "mountains", "birthday", "market",
                                                     "beach",   "museum", "concert", "forest",    "house",    "river"};
constexpr std::array<std::string_view, 5> kMakers = {"Alder", "Birch", "Cedar", "Dogwood", "Elm"};

uint32_t Uneven(SyntheticRandom& random, size_t count, double power) {
  return static_cast<uint32_t>(std::min(static_cast<double>(count - 1), std::pow(random.Unit(), power) * static_cast<double>(count)));
}

std::string DayName(int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), "%04d/%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<size_t>(size)};
}

int DrawOrientation(SyntheticRandom& random) {
  const double share = random.Unit();
  return share < 0.85 ? 1 : share < 0.94 ? 6 : share < 0.99 ? 8 : 3;
}

std::string DrawFormat(SyntheticRandom& random) {
  const double share = random.Unit();
  return share < 0.84 ? "jpeg" : share < 0.93 ? "heif" : share < 0.98 ? "png" : "webp";
}

std::string EndingOf(const std::string& format) { return format == "jpeg" ? "jpg" : format == "heif" ? "heic" : format; }

}  // namespace

struct SyntheticLibrary::Event {
  uint64_t number = 0;
  bool archive = false, placed = false;
  int64_t day = 0, start_ms = 0;
  uint32_t camera = 0;
  Place place;
};

SyntheticLibrary::SyntheticLibrary(int64_t dim, uint64_t seed) : seed_(seed), vectors_(dim, seed) {
  for (size_t i = 0; i < kPlaces; ++i) {
    SyntheticRandom random(seed_, kPlaceStream + i);
    places_.push_back({std::string(kNames[i % kNames.size()]), random.Unit() * 120 - 50, random.Unit() * 360 - 180});
  }
  constexpr std::array<std::array<int, 2>, 5> kSizes = {{{4000, 3000}, {6000, 4000}, {3264, 2448}, {4032, 3024}, {5472, 3648}}};
  for (size_t i = 0; i < 40; ++i) {
    const auto& size = kSizes[i % kSizes.size()];
    cameras_.push_back({StrCat(kMakers[i % kMakers.size()], " ", 100 + 7 * i), i % 2 == 0 ? StrCat(18 + 8 * (i % 9), " mm F", 1.8 + 0.2 * static_cast<double>(i % 8)) : "", size[0], size[1]});
  }
}

SyntheticLibrary::Event SyntheticLibrary::EventOf(uint64_t photo) const {
  Event event;
  event.number = photo / SyntheticVectors::kEventPictures;
  SyntheticRandom random(seed_, kEventStream + event.number);
  event.archive = random.Below(16) == 0;
  // More photos were taken in later years, and more in summer.
  event.day = kFirstDay + static_cast<int64_t>(std::pow(random.Unit(), 0.7) * kDays);
  event.start_ms = event.day * kDayMs + static_cast<int64_t>((0.3 + 0.4 * random.Unit()) * kDayMs);
  event.camera = Uneven(random, cameras_.size(), 2.2);
  event.place = places_[Uneven(random, places_.size(), 2.0)];
  event.placed = random.Chance(0.5);
  event.place.latitude += random.Unit() * 0.2 - 0.1;
  event.place.longitude += random.Unit() * 0.2 - 0.1;
  return event;
}

bool SyntheticLibrary::InArchive(uint64_t photo) const { return EventOf(photo).archive; }

storage::IndexedFile SyntheticLibrary::File(uint64_t photo, std::span<float> vector) const {
  const Event event = EventOf(photo);
  const Camera& camera = cameras_[event.camera];
  SyntheticRandom random(seed_, kPhotoStream + photo);
  storage::IndexedFile file;
  file.photo.format = DrawFormat(random);
  file.photo.orientation = DrawOrientation(random);
  const bool upright = file.photo.orientation >= 5;
  file.photo.width = upright ? camera.height : camera.width;
  file.photo.height = upright ? camera.width : camera.height;
  file.photo.bytes = static_cast<int64_t>(camera.width * camera.height * (0.15 + 0.35 * random.Unit()));
  file.photo.camera = camera.name;
  file.photo.lens = camera.lens;
  const auto place = static_cast<int64_t>(photo % SyntheticVectors::kEventPictures);
  const int64_t apart_ms = vectors_.InBurst(photo) ? 300 : 90'000;
  const int64_t taken_ms = event.start_ms + place * 90'000 + static_cast<int64_t>(photo % SyntheticVectors::kBurstPictures) * (apart_ms - 90'000);
  if (random.Chance(0.97)) {
    file.photo.taken_at_ms = taken_ms;
    if (random.Chance(0.6)) file.photo.taken_at_offset_min = static_cast<int>(std::lround(event.place.longitude / 15)) * 60;
  }
  if (event.placed) {
    file.photo.latitude = event.place.latitude + random.Unit() * 0.02;
    file.photo.longitude = event.place.longitude + random.Unit() * 0.02;
  }
  file.photo.indexed_at_ms = (kFirstDay + kDays + 1) * kDayMs + static_cast<int64_t>(photo);
  SyntheticRandom content(seed_, kContentStream + photo);
  for (size_t i = 0; i < file.photo.content.size(); ++i) file.photo.content[i] = static_cast<uint8_t>(content.Next());
  file.stamp = {file.photo.bytes, taken_ms * 1'000'000, photo + 1};
  std::array<char, 32> name;
  std::snprintf(name.data(), name.size(), "IMG_%09llu.", static_cast<unsigned long long>(photo));
  file.location.path = StrCat("library/", DayName(event.day), " ", event.place.name, " ", event.number, "/", name.data(), EndingOf(file.photo.format));
  vectors_.Picture(photo, vector);
  file.vector = vector;
  return file;
}

}  // namespace fovea::bench
