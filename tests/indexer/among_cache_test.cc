// AmongRows against a plain look at each row, and AmongCache while rows come, go and move between searches.
// label: unit
#include "indexer/among_cache.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>

namespace fovea::indexer {
namespace {

using storage::PhotoId;

constexpr size_t kDim = 4, kLists = 5;
constexpr uint64_t kPhotos = 3000;

// Rows in lists of uneven size, some of them gone.
class Rows {
 public:
  Rows() : rows_(kDim) {
    rows_.StartLists(kLists);
    for (uint64_t id = 1; id <= kPhotos; ++id) Put(id, static_cast<uint32_t>(id * id % kLists));
    for (uint64_t id = 5; id <= kPhotos; id += 9) rows_.Remove(PhotoId{id});
  }
  void Put(uint64_t id, uint32_t list) { rows_.Put(PhotoId{id}, list, std::vector<float>{1, 0, 0, 0}); }
  ListedRows& operator*() { return rows_; }
  ListedRows* operator->() { return &rows_; }

 private:
  ListedRows rows_;
};

std::vector<uint64_t> SetOf(uint64_t keep_one_in, uint64_t seed) {
  std::vector<uint64_t> words(kPhotos / 64 + 3);
  std::mt19937_64 random(seed);
  for (uint64_t id = 0; id < words.size() * 64; ++id) words[id / 64] |= uint64_t{random() % keep_one_in == 0} << id % 64;
  return words;
}

std::set<uint64_t> IdsOf(ListedRows& rows, const AmongRows& among) {
  std::set<uint64_t> ids;
  for (size_t place = 0; place < rows.places(); ++place) {
    if (RowFilter(among.bits()).Allows(place)) ids.insert(rows.ids()[place].value);
  }
  return ids;
}

// Every row of the photos and no other, and as many in each list as it says.
void ExpectRight(ListedRows& rows, const AmongRows& among, const PhotoBits& photos) {
  std::set<uint64_t> expected;
  std::vector<size_t> counts(rows.lists());
  for (uint64_t id = 0; id <= 2 * kPhotos; ++id) {
    const auto place = rows.PlaceOf(PhotoId{id});
    if (!place || !photos.Holds(PhotoId{id})) continue;
    expected.insert(id);
    ++counts[rows.ListOf(*place)];
  }
  EXPECT_EQ(IdsOf(rows, among), expected);
  for (uint32_t list = 0; list < rows.lists(); ++list) EXPECT_EQ(among.CountIn(list), counts[list]) << "list " << list;
}

TEST(AmongRows, HoldsTheRowsOfFewAndOfManyPhotos) {
  Rows rows;
  for (const uint64_t keep_one_in : {1, 2, 3, 5, 40, 2000}) {
    const auto words = SetOf(keep_one_in, keep_one_in);
    ExpectRight(*rows, AmongRows(*rows, PhotoBits(words)), PhotoBits(words));
  }
  const std::vector<uint64_t> none(3), all(kPhotos / 64 + 1, ~uint64_t{0});
  ExpectRight(*rows, AmongRows(*rows, PhotoBits(none)), PhotoBits(none));
  ExpectRight(*rows, AmongRows(*rows), PhotoBits(all));
}

TEST(AmongCache, MakesTheRowsOfASetOnceAndAgainWhenRowsHaveChanged) {
  Rows rows;
  AmongCache cache;
  const auto words = SetOf(3, 1);
  const PhotoBits photos(words);
  const auto use = [&](const auto& set) {
    return cache.Use(*rows, PhotoBits(set), [&](const AmongRows& among) {
      ExpectRight(*rows, among, PhotoBits(set));
      return &among;
    });
  };
  use(words);
  const AmongRows* const kept = use(words);
  EXPECT_EQ(use(std::vector(words)), kept) << "the same photos in another vector";
  const auto some = [&] { return *std::ranges::find_if(rows->ids(), [&](PhotoId id) { return rows->PlaceOf(id) && photos.Holds(id); }); };
  const std::vector<std::function<void()>> changes = {
      [&] { rows->Move(*rows->PlaceOf(some()), 2); },
      [&] { rows->Remove(some()); },
      [&] { rows.Put(5, 1); },
      [&] { rows.Put(some().value, 3); },
      [&] { rows->StartLists(kLists + 1); },
      [&] { rows->Clear(); },
  };
  for (const auto& change : changes) {
    change();
    use(words);
    use(words);
  }
}

TEST(AmongCache, TellsSetsApartAndForgetsTheOldest) {
  Rows rows;
  AmongCache cache;
  std::vector<std::vector<uint64_t>> sets;
  for (uint64_t i = 0; i < 3 * AmongCache::kKept; ++i) sets.push_back(SetOf(2, i));
  sets.push_back(sets.back());
  sets.back().resize(sets.back().size() / 2);  // a set whose words are the beginning of another's
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& set : sets) {
      for (int again = 0; again < 2; ++again) {
        cache.Use(*rows, PhotoBits(set), [&](const AmongRows& among) { return ExpectRight(*rows, among, PhotoBits(set)), 0; });
      }
    }
  }
}

}  // namespace
}  // namespace fovea::indexer
