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

struct Expected {
  std::set<uint64_t> ids;
  std::vector<size_t> counts;  // by list
};

Expected Plainly(const ListedRows& rows, const PhotoBits& photos) {
  Expected expected{.ids = {}, .counts = std::vector<size_t>(rows.lists())};
  for (uint64_t id = 0; id <= 2 * kPhotos; ++id) {
    const auto place = rows.PlaceOf(PhotoId{id});
    if (!place || !photos.Holds(PhotoId{id})) continue;
    expected.ids.insert(id);
    ++expected.counts[rows.ListOf(*place)];
  }
  return expected;
}

std::set<uint64_t> IdsOf(const ListedRows& rows, std::span<const uint64_t> bits) {
  std::set<uint64_t> ids;
  for (size_t place = 0; place < rows.places(); ++place) {
    if (RowFilter(bits).Allows(place)) ids.insert(rows.ids()[place].value);
  }
  return ids;
}

// Asked for the lists in turn, last one first, and then for all of it.
void ExpectRight(const ListedRows& rows, AmongRows& among, const PhotoBits& photos) {
  const Expected expected = Plainly(rows, photos);
  std::set<uint64_t> seen;
  for (auto list = static_cast<uint32_t>(rows.lists()); list-- > 0;) {
    EXPECT_EQ(among.CountIn(list), expected.counts[list]) << "list " << list;
    EXPECT_EQ(among.Guess(list), static_cast<double>(expected.counts[list])) << "list " << list;
    for (const uint32_t block : rows.BlocksOf(list)) {
      for (size_t row = 0; row < kBlockRows; ++row) {
        if (among.BlockBits(block) >> row & 1) seen.insert(rows.ids()[block * kBlockRows + row].value);
      }
    }
  }
  EXPECT_EQ(seen, expected.ids);
  EXPECT_EQ(IdsOf(rows, among.AllBits()), expected.ids);
}

class AmongRowsOf : public testing::TestWithParam<uint64_t> {};

TEST_P(AmongRowsOf, HoldsTheRowsOfThePhotos) {
  Rows rows;
  const auto words = SetOf(GetParam(), GetParam());
  const PhotoBits photos(words);
  AmongRows among(*rows, &photos);
  ExpectRight(*rows, among, photos);
  EXPECT_EQ(IdsOf(*rows, AmongRows(*rows, &photos).AllBits()), Plainly(*rows, photos).ids) << "when no list was counted before";
}

INSTANTIATE_TEST_SUITE_P(OneIn, AmongRowsOf, testing::Values(1, 2, 3, 5, 40, 2000));

TEST(AmongRows, HoldsNoRowOfNoPhotosAndEveryRowWithoutASet) {
  Rows rows;
  const std::vector<uint64_t> none(3), all(kPhotos / 64 + 1, ~uint64_t{0});
  const PhotoBits no_photos(none);
  AmongRows no_rows(*rows, &no_photos), all_rows(*rows, nullptr);
  ExpectRight(*rows, no_rows, no_photos);
  ExpectRight(*rows, all_rows, PhotoBits(all));
}

TEST(AmongCache, KeepsWhatWasCountedUntilRowsChange) {
  Rows rows;
  AmongCache cache;
  const auto words = SetOf(3, 1);
  const PhotoBits photos(words);
  const auto use = [&](const PhotoWords& set) {
    return cache.Use(*rows, PhotoBits(set), [&](AmongRows& among) {
      ExpectRight(*rows, among, PhotoBits(set));
      return &among;
    });
  };
  const AmongRows* const kept = use(words);
  EXPECT_EQ(use(PhotoWords(words)), kept) << "the same photos in another vector";
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
  std::vector<PhotoWords> sets;
  for (uint64_t i = 0; i < 3 * LastFew<int>::kMost; ++i) sets.push_back(SetOf(2, i));
  sets.push_back(sets.back());
  sets.back().resize(sets.back().size() / 2);  // a set whose words are the beginning of another's
  for (int turn = 0; turn < 2; ++turn) {
    for (const auto& set : sets) {
      for (int again = 0; again < 2; ++again) {
        cache.Use(*rows, PhotoBits(set), [&](AmongRows& among) { return ExpectRight(*rows, among, PhotoBits(set)), 0; });
      }
    }
  }
}

TEST(AmongCache, GivesEachOfTwoSearchesItsOwn) {
  Rows rows;
  AmongCache cache;
  const auto words = SetOf(3, 1);
  const PhotoBits photos(words);
  cache.Use(*rows, photos, [&](AmongRows& first) {
    return cache.Use(*rows, photos, [&](AmongRows& second) {
      EXPECT_NE(&first, &second);
      ExpectRight(*rows, second, photos);
      ExpectRight(*rows, first, photos);
      return 0;
    });
  });
}

}  // namespace
}  // namespace fovea::indexer
