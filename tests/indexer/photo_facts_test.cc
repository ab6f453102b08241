// Filters against a walk over plain records, through random changes.
// label: unit
#include "indexer/photo_facts.h"

#include <gtest/gtest.h>

#include <ctime>
#include <map>
#include <random>
#include <set>

#include "base/log.h"
#include "indexer/glob.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using storage::PhotoRecord;
using Kind = Filter::Kind;

constexpr int64_t kDayMs = 86'400'000;

std::set<uint64_t> Ids(const PhotoWords& words) {
  std::set<uint64_t> ids;
  ForEachOf(PhotoBits(words), [&](PhotoId id) { ids.insert(id.value); });
  return ids;
}

Filter Of(Kind kind, std::string text) { return {.kind = kind, .text = std::move(text)}; }
Filter Between(Kind kind, int64_t least, int64_t most) { return {.kind = kind, .least = least, .most = most}; }

PhotoRecord Record(uint64_t id) {
  PhotoRecord photo;
  photo.id = PhotoId{id};
  photo.format = "jpeg";
  photo.width = 400;
  photo.height = 300;
  photo.bytes = 1000;
  return photo;
}

TEST(PhotoFacts, FindsPhotosByFolderHoweverTheyMove) {
  PhotoFacts facts;
  for (uint64_t id = 1; id <= 4; ++id) facts.Put(Record(id));
  facts.AddPath("/r/a/1.jpg", {1});
  facts.AddPath("/r/a/b/2.jpg", {2});
  facts.AddPath("/r/ab/3.jpg", {3});
  facts.AddPath("/r/4.jpg", {4});
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r/a"))), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r"))), (std::set<uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r/a/1.jpg"))), std::set<uint64_t>{});
  facts.MovePath("/r/a/1.jpg", "/r/ab/1.jpg");
  facts.MovePath("/r/a/b/2.jpg", "/r/ab/b/2.jpg");
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r/a"))), std::set<uint64_t>{});
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r/ab"))), (std::set<uint64_t>{1, 2, 3}));
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r/ab/b"))), std::set<uint64_t>{2});
  facts.RemovePath("/r/ab/1.jpg");
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r/ab"))), (std::set<uint64_t>{2, 3}));
  facts.RemovePath("/r/ab/b/2.jpg");
  facts.RemovePath("/r/ab/3.jpg");
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r"))), std::set<uint64_t>{4});
}

TEST(PhotoFacts, CountsAPhotoThatLiesTwiceInAFolder) {
  PhotoFacts facts;
  facts.Put(Record(1));
  facts.AddPath("/r/a.jpg", {1});
  facts.AddPath("/r/copy.jpg", {1});
  facts.AddPath("/r/copy.jpg", {1});
  facts.RemovePath("/r/a.jpg");
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r"))), std::set<uint64_t>{1});
  facts.RemovePath("/r/copy.jpg");
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kFolder, "/r"))), std::set<uint64_t>{});
}

TEST(PhotoFacts, GivesAPathToTheLatestPhoto) {
  PhotoFacts facts;
  facts.Put(Record(1));
  facts.Put(Record(2));
  facts.AddPath("/r/a.jpg", {1});
  facts.AddPath("/r/a.jpg", {2});
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kGlob, "/r/a.jpg"))), std::set<uint64_t>{2});
  facts.AddPath("/r/b/c.jpg", {1});
  facts.AddPath("/r/d/c.jpg", {2});
  facts.MovePath("/r/b/c.jpg", "/r/d/c.jpg");
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kGlob, "/r/d/*"))), std::set<uint64_t>{1});
}

TEST(PhotoFacts, ReadsDatesAsTheCamerasClockShowedThem) {
  PhotoFacts facts;
  PhotoRecord photo = Record(1);
  photo.taken_at_ms = 18'262 * kDayMs - 30 * 60'000;  // 31 December 2019, 23:30 in UTC
  photo.taken_at_offset_min = 60;                     // 1 January 2020, 00:30 where it was taken
  facts.Put(photo);
  facts.Put(Record(2));
  EXPECT_EQ(Ids(facts.Fitting(Between(Kind::kTaken, 18'262 * kDayMs, 18'263 * kDayMs))), std::set<uint64_t>{1});
  EXPECT_EQ(Ids(facts.Fitting(Between(Kind::kTaken, 18'261 * kDayMs, 18'262 * kDayMs))), std::set<uint64_t>{});
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kMonth, .number = 1})), std::set<uint64_t>{1});
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kNot, .parts = {{.kind = Kind::kMonth, .number = 1}}})), std::set<uint64_t>{2}) << "unknown is not January";
}

TEST(PhotoFacts, FindsPlacesByBoxAndRadius) {
  PhotoFacts facts;
  const std::vector<std::pair<double, double>> places = {{48.8584, 2.2945}, {48.8606, 2.3376}, {-17.0, 179.5}, {-17.0, -179.5}};
  for (size_t i = 0; i < places.size(); ++i) {
    PhotoRecord photo = Record(i + 1);
    std::tie(photo.latitude, photo.longitude) = places[i];
    facts.Put(photo);
  }
  facts.Put(Record(9));
  Filter radius{.kind = Kind::kRadius, .latitude = 48.8584, .longitude = 2.2945};
  radius.radius_m = 3'100;  // from the Eiffel tower to the Louvre it is 3.16 km
  EXPECT_EQ(Ids(facts.Fitting(radius)), std::set<uint64_t>{1});
  radius.radius_m = 3'250;
  EXPECT_EQ(Ids(facts.Fitting(radius)), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kBox, .south = -18, .west = 179, .north = -16, .east = -179})), (std::set<uint64_t>{3, 4}));
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kBox, .south = -18, .west = -180, .north = -16, .east = -179})), std::set<uint64_t>{4});
}

TEST(PhotoFacts, CombinesAndTakesBackWhatChanges) {
  PhotoFacts facts;
  for (uint64_t id = 1; id <= 3; ++id) {
    PhotoRecord photo = Record(id);
    photo.camera = id == 1 ? "Canon EOS 5D" : "Apple iPhone 12";
    photo.width = id == 3 ? 100 : 400;
    facts.Put(photo);
  }
  const Filter phone = Of(Kind::kCamera, "IPHONE"), portrait{.kind = Kind::kShape, .shape = Shape::kPortrait};
  EXPECT_EQ(Ids(facts.Fitting(phone)), (std::set<uint64_t>{2, 3}));
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kAll, .parts = {phone, portrait}})), std::set<uint64_t>{3});
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kAny, .parts = {portrait, Of(Kind::kCamera, "canon")}})), (std::set<uint64_t>{1, 3}));
  EXPECT_EQ(Ids(facts.Fitting({})), (std::set<uint64_t>{1, 2, 3}));
  EXPECT_EQ(Ids(facts.Fitting({.kind = Kind::kAny})), std::set<uint64_t>{});
  PhotoRecord changed = Record(2);
  changed.camera = "Canon EOS 5D";
  facts.Put(changed);
  facts.Remove(std::vector{PhotoId{3}});
  EXPECT_EQ(Ids(facts.Fitting(phone)), std::set<uint64_t>{});
  EXPECT_EQ(Ids(facts.Fitting(Of(Kind::kType, "JPEG"))), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(facts.size(), 2u);
  EXPECT_EQ(facts.CountAfter(PhotoId{0}), 2u);
  EXPECT_EQ(facts.CountAfter(PhotoId{1}), 1u);
  EXPECT_EQ(facts.CountAfter(PhotoId{2}), 0u);
}

int64_t MonthOf(int64_t ms) {
  const std::time_t seconds = ms / 1000;
  return gmtime(&seconds)->tm_mon + 1;
}

Shape ShapeOf(const PhotoRecord& photo) {
  return photo.width == photo.height ? Shape::kSquare : photo.width > photo.height ? Shape::kLandscape : Shape::kPortrait;
}

// What a filter means, said once more in the plainest words.
bool Fits(const Filter& filter, const PhotoRecord& photo, const std::set<std::string>& paths) {
  const auto any_path = [&](auto fits) { return std::any_of(paths.begin(), paths.end(), fits); };
  switch (filter.kind) {
    case Kind::kAll: return std::all_of(filter.parts.begin(), filter.parts.end(), [&](const Filter& part) { return Fits(part, photo, paths); });
    case Kind::kAny: return std::any_of(filter.parts.begin(), filter.parts.end(), [&](const Filter& part) { return Fits(part, photo, paths); });
    case Kind::kNot: return !Fits(filter.parts.front(), photo, paths);
    case Kind::kFolder: return any_path([&](const std::string& path) { return path.starts_with(filter.text + "/"); });
    case Kind::kGlob: return any_path([&](const std::string& path) { return GlobMatches(filter.text, path); });
    case Kind::kTaken: return photo.taken_at_ms && filter.least <= *photo.taken_at_ms && *photo.taken_at_ms < filter.most;
    case Kind::kCamera: return photo.camera == filter.text;
    case Kind::kMonth: return photo.taken_at_ms && MonthOf(*photo.taken_at_ms) == filter.number;
    case Kind::kShape: return ShapeOf(photo) == filter.shape;
    case Kind::kWidth: return filter.least <= photo.width && photo.width <= filter.most;
    default: return photo.format == filter.text;
  }
}

class Random {
 public:
  int To(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }
  // In 1969 to 1974, often the first moment of a year.
  int64_t Time() { return To(2) == 0 ? (365 * To(3) + (To(1) == 0 ? 0 : 31)) * kDayMs : (To(2000) - 300) * kDayMs + To(3); }
  std::string Folder() { return StrCat("/r/", To(3), To(1) == 0 ? "" : StrCat("/", To(2))); }
  std::string Path() { return StrCat(Folder(), "/", To(9), ".jpg"); }
  Filter AFilter(int depth) {
    static constexpr std::array kKinds = {Kind::kFolder, Kind::kGlob,  Kind::kTaken, Kind::kCamera, Kind::kWidth, Kind::kType,
                                          Kind::kMonth,  Kind::kShape, Kind::kAll,   Kind::kAny,    Kind::kNot};
    Filter filter{.kind = kKinds[static_cast<size_t>(To(depth > 0 ? 10 : 7))]};
    if (filter.kind == Kind::kFolder) filter.text = Folder();
    if (filter.kind == Kind::kGlob) filter.text = StrCat("/r/", To(3), To(1) == 0 ? "/*" : "/**", To(9), ".jpg");
    if (filter.kind == Kind::kCamera) filter.text = StrCat("c", To(2));
    if (filter.kind == Kind::kType) filter.text = To(1) == 0 ? "png" : "jpeg";
    filter.least = filter.kind == Kind::kTaken ? Time() : To(50);
    filter.most = filter.kind == Kind::kTaken ? filter.least + To(3) * To(200) * kDayMs : filter.least + To(50);
    filter.number = 1 + To(11);
    filter.shape = static_cast<Shape>(To(2));
    const int parts = filter.kind == Kind::kNot ? 1 : filter.kind == Kind::kAll || filter.kind == Kind::kAny ? To(3) : 0;
    for (int i = 0; i < parts; ++i) filter.parts.push_back(AFilter(depth - 1));
    return filter;
  }

 private:
  std::mt19937 engine_{42};
};

TEST(PhotoFacts, AgreesWithAWalkOverAllThroughRandomChanges) {
  Random random;
  PhotoFacts facts;
  std::map<uint64_t, PhotoRecord> photos;
  std::map<std::string, uint64_t> paths;
  uint64_t next = 1;
  const auto drop_orphans = [&] {
    std::set<uint64_t> kept;
    for (const auto& [path, id] : paths) kept.insert(id);
    std::erase_if(photos, [&](const auto& entry) {
      if (kept.contains(entry.first)) return false;
      facts.Remove(std::vector{PhotoId{entry.first}});
      return true;
    });
  };
  for (int round = 0; round < 3000; ++round) {
    const int what = random.To(9);
    if (what < 6) {
      PhotoRecord photo = Record(next);
      photo.camera = StrCat("c", random.To(2));
      photo.width = random.To(100);
      photo.format = random.To(1) == 0 ? "png" : "jpeg";
      photo.height = random.To(100);
      if (random.To(2) > 0) photo.taken_at_ms = random.Time();
      const bool again = what >= 4 && !photos.empty();
      const uint64_t id = again ? photos.begin()->first : next++;
      if (!again || what == 5) {
        photo.id = PhotoId{id};
        photos[id] = photo;
        facts.Put(photo);
      }
      const std::string path = random.Path();
      paths[path] = id;
      facts.AddPath(path, {id});
    } else if (what == 6) {
      const std::string path = random.Path();
      paths.erase(path);
      facts.RemovePath(path);
    } else if (what == 7) {
      const std::string folder = random.Folder();
      std::erase_if(paths, [&](const auto& entry) {
        const bool gone = entry.first.starts_with(folder + "/");
        if (gone) facts.RemovePath(entry.first);
        return gone;
      });
    } else if (what == 8) {
      const std::string from = StrCat("/r/", random.To(3)), to = StrCat("/r/", random.To(3));
      if (from == to) continue;
      std::map<std::string, uint64_t> moved;
      for (const auto& [path, id] : paths) {
        if (!path.starts_with(from + "/")) continue;
        moved[to + path.substr(from.size())] = id;
        facts.MovePath(path, to + path.substr(from.size()));
      }
      std::erase_if(paths, [&](const auto& entry) { return entry.first.starts_with(from + "/"); });
      for (const auto& [path, id] : moved) paths[path] = id;
    }
    drop_orphans();
    if (round % 10 != 0) continue;
    std::map<uint64_t, std::set<std::string>> paths_of;
    for (const auto& [path, id] : paths) paths_of[id].insert(path);
    const Filter filter = random.AFilter(3);
    std::set<uint64_t> expected;
    for (const auto& [id, photo] : photos) {
      if (Fits(filter, photo, paths_of[id])) expected.insert(id);
    }
    ASSERT_EQ(Ids(facts.Fitting(filter)), expected) << "round " << round;
  }
  EXPECT_GT(photos.size(), 10u);
}

}  // namespace
}  // namespace fovea::indexer
