// AmongRows against a plain look at each row.
// label: unit
#include "indexer/among_rows.h"

#include <gmock/gmock.h>

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
void ExpectRight(const ListedRows& rows, AmongRows among, const PhotoBits& photos) {
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
  ExpectRight(*rows, AmongRows(*rows, &photos), photos);
  EXPECT_EQ(IdsOf(*rows, AmongRows(*rows, &photos).AllBits()), Plainly(*rows, photos).ids) << "when no list was counted before";
}

INSTANTIATE_TEST_SUITE_P(OneIn, AmongRowsOf, testing::Values(1, 2, 3, 5, 40, 2000));

TEST(AmongRows, HoldsNoRowOfNoPhotosAndEveryRowWithoutASet) {
  Rows rows;
  const std::vector<uint64_t> none(3), all(kPhotos / 64 + 1, ~uint64_t{0});
  const PhotoBits no_photos(none);
  ExpectRight(*rows, AmongRows(*rows, &no_photos), no_photos);
  ExpectRight(*rows, AmongRows(*rows, nullptr), PhotoBits(all));
}

}  // namespace
}  // namespace fovea::indexer
