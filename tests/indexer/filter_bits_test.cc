// FilterBits beside what the facts say, after each kind of change.
// label: unit
#include "indexer/filter_bits.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using Kind = Filter::Kind;

storage::PhotoRecord Record(uint64_t id, std::string camera = "") {
  storage::PhotoRecord photo;
  photo.id = PhotoId{id};
  photo.format = "jpeg";
  photo.width = 400;
  photo.camera = std::move(camera);
  return photo;
}

class FilterBitsTest : public testing::Test {
 protected:
  FilterBitsTest() {
    for (uint64_t id = 1; id <= 200; ++id) facts_.Put(Record(id, id % 3 == 0 ? "Leica" : "Nikon"));
    facts_.AddPath("/r/a/1.jpg", {1});
    facts_.AddPath("/r/b/2.jpg", {2});
  }
  void ExpectRight(const Filter& filter) {
    EXPECT_EQ(*bits_.Of(filter), facts_.Fitting(filter));
  }

  PhotoFacts facts_;
  FilterBits bits_{facts_};
};

TEST_F(FilterBitsTest, SaysWhatTheFactsSayAfterEveryChange) {
  const std::vector<Filter> filters = {
      {.kind = Kind::kCamera, .text = "leica"},
      {.kind = Kind::kFolder, .text = "/r/a"},
      {.kind = Kind::kTag, .text = "favourite"},
      {.kind = Kind::kNot, .parts = {{.kind = Kind::kCamera, .text = "leica"}}},
  };
  const std::vector<std::function<void()>> changes = {
      [] {},
      [&] { facts_.Put(Record(7, "Leica")); },
      [&] { facts_.Remove(std::vector<PhotoId>{{3}}); },
      [&] { facts_.AddPath("/r/a/9.jpg", {9}); },
      [&] { facts_.MovePath("/r/a/9.jpg", "/r/b/9.jpg"); },
      [&] { facts_.RemovePath("/r/a/1.jpg"); },
      [&] { facts_.ChangeTags({.photos = {{4}}, .add = {"favourite"}, .remove = {}}); },
  };
  for (size_t change = 0; change < changes.size(); ++change) {
    SCOPED_TRACE(change);
    for (const Filter& filter : filters) ExpectRight(filter);
    changes[change]();
    for (int again = 0; again < 2; ++again) {
      for (const Filter& filter : filters) ExpectRight(filter);
    }
  }
}

TEST_F(FilterBitsTest, TellsFiltersApartInEveryPart) {
  storage::PhotoRecord placed = Record(5);
  placed.latitude = 2;
  placed.longitude = 3;
  facts_.Put(placed);
  const auto box = [](double south, double east) { return Filter{.kind = Kind::kBox, .south = south, .west = 2, .north = 3, .east = east}; };
  std::vector<Filter> filters = {box(1, 4), box(2.5, 4), box(1, 2.5), {.kind = Kind::kWidth, .least = 400}, {.kind = Kind::kWidth, .least = 401}, {.kind = Kind::kWidth, .most = 399},
                                 {.kind = Kind::kMonth, .number = 3}, {.kind = Kind::kShape, .shape = Shape::kPortrait}, {.kind = Kind::kShape}};
  const auto all_of = [](std::vector<Filter> parts) { return Filter{.kind = Kind::kAll, .parts = std::move(parts)}; };
  filters.push_back(all_of({{.kind = Kind::kCamera, .text = "leica"}}));
  filters.push_back(all_of({{.kind = Kind::kCamera, .text = "nikon"}}));
  filters.push_back(all_of({}));
  for (int turn = 0; turn < 3; ++turn) {
    for (size_t i = 0; i < 3 * LastFew<int>::kMost; ++i) ExpectRight(filters[(i * i + i) / 2 % filters.size()]);
  }
}

}  // namespace
}  // namespace fovea::indexer
