// The index snapshot: what is written is read again, and nothing else is.
// label: unit
#include "indexer/index_snapshot.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "indexer/clustered_index.h"
#include "indexer/unit_vector.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::indexer {
namespace {

using storage::PhotoId;
using test::IsOk;
using test::StatusIs;
using test::TempDir;
using testing::HasSubstr;

constexpr int64_t kDim = 3;
constexpr uint64_t kEpoch = 42;
constexpr const char* kModel = "model-a";

class IndexSnapshot : public testing::Test {
 protected:
  void SetUp() override {
    for (uint64_t id = 1; id <= 5; ++id) {
      const float angle = static_cast<float>(id);
      const auto vector = UnitVector(std::vector<float>{angle, 1, -angle / 2});
      ASSERT_THAT(vector, IsOk());
      ASSERT_THAT(index_.Add(PhotoId{id * 100}, *vector), IsOk());
    }
    ASSERT_THAT(index_.Save(path_, kModel, kEpoch), IsOk());
    std::ifstream in(path_, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }
  Status LoadChanged(const std::string& bytes) {
    folder_.Write("index.snapshot", bytes);
    ClusteredIndex index(kDim);
    const Status status = index.Load(path_, kModel, kEpoch);
    EXPECT_EQ(index.size(), status.ok() ? 5u : 0u) << "a refused snapshot leaves the index empty";
    return status;
  }

  TempDir folder_;
  const std::string path_ = folder_ / "index.snapshot";
  ClusteredIndex index_{kDim};
  std::string bytes_;
};

TEST_F(IndexSnapshot, GivesTheSameAnswersAfterLoading) {
  ClusteredIndex loaded(kDim);
  ASSERT_THAT(loaded.Load(path_, kModel, kEpoch), IsOk());
  const auto query = UnitVector(std::vector<float>{2, 1, 0});
  const auto before = index_.Search(*query, 5);
  const auto after = loaded.Search(*query, 5);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(after, IsOk());
  ASSERT_EQ(after->size(), before->size());
  for (size_t i = 0; i < before->size(); ++i) {
    EXPECT_EQ((*after)[i].id, (*before)[i].id);
    EXPECT_EQ((*after)[i].score, (*before)[i].score);
  }
  loaded.Remove(PhotoId{300});
  ASSERT_THAT(loaded.Add(PhotoId{7}, *query), IsOk());
  EXPECT_EQ(loaded.Search(*query, 1)->front().id, PhotoId{7});
}

TEST_F(IndexSnapshot, ReplacesALoadedIndexWholly) {
  ClusteredIndex other(kDim);
  ASSERT_THAT(other.Add(PhotoId{1}, std::vector<float>{1, 0, 0}), IsOk());
  ASSERT_THAT(other.Load(path_, kModel, kEpoch), IsOk());
  EXPECT_EQ(other.size(), 5u);
}

TEST_F(IndexSnapshot, KeepsAnEmptyIndex) {
  const ClusteredIndex empty(kDim);
  ASSERT_THAT(empty.Save(path_, kModel, 1), IsOk());
  ClusteredIndex loaded(kDim);
  ASSERT_THAT(loaded.Load(path_, kModel, 1), IsOk());
  EXPECT_EQ(loaded.size(), 0u);
}

TEST_F(IndexSnapshot, RefusesOtherModelsDimensionsAndEpochsByName) {
  ClusteredIndex index(kDim);
  EXPECT_THAT(index.Load(path_, "model-b", kEpoch), StatusIs(StatusCode::kUnsupported, HasSubstr("model-a")));
  EXPECT_THAT(index.Load(path_, kModel, kEpoch + 1), StatusIs(StatusCode::kUnsupported, HasSubstr("state 42")));
  ClusteredIndex wider(kDim + 1);
  EXPECT_THAT(wider.Load(path_, kModel, kEpoch), StatusIs(StatusCode::kUnsupported, HasSubstr("3 values")));
  EXPECT_THAT(index.Load(folder_ / "none", kModel, kEpoch), StatusIs(StatusCode::kNotFound));
}

TEST_F(IndexSnapshot, NoticesACutAtEveryLength) {
  for (size_t length = 0; length < bytes_.size(); ++length) {
    EXPECT_THAT(LoadChanged(bytes_.substr(0, length)), StatusIs(StatusCode::kCorrupt)) << "cut to " << length << " bytes";
  }
  EXPECT_THAT(LoadChanged(bytes_ + '\0'), StatusIs(StatusCode::kCorrupt));
}

TEST_F(IndexSnapshot, NoticesAFlippedBitInEveryByte) {
  for (size_t place = 0; place < bytes_.size(); ++place) {
    std::string flipped = bytes_;
    flipped[place] = static_cast<char>(flipped[place] ^ 0x10);
    const Status status = LoadChanged(flipped);
    EXPECT_TRUE(status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kUnsupported) << "byte " << place << ": " << status.ToString();
  }
}

// CRC-32 as zlib has it, bit by bit.
uint32_t Crc32(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

template <typename T>
void PutNumber(std::string& bytes, size_t place, T number) {
  bytes.replace(place, sizeof number, reinterpret_cast<const char*>(&number), sizeof number);
}

TEST_F(IndexSnapshot, RefusesAbsurdCountsBeforeAllocating) {
  const size_t header_bytes = 36 + std::string_view(kModel).size();
  for (const auto& [dim, count] : std::vector<std::pair<uint32_t, uint64_t>>{
           {1u << 30, uint64_t{1} << 61}, {3, ~uint64_t{0}}, {0, 5}, {~0u, 1}, {3, uint64_t{1} << 32}, {3, 4}, {3, 6}}) {
    std::string absurd = bytes_;
    PutNumber(absurd, 12, dim);
    PutNumber(absurd, 16, count);
    PutNumber(absurd, header_bytes, Crc32(std::string_view(absurd).substr(0, header_bytes)));
    EXPECT_THAT(LoadChanged(absurd), StatusIs(StatusCode::kCorrupt, HasSubstr("the header speaks of"))) << dim << " x " << count;
  }
}

// A body of many blocks is read by several threads; each block counts.
TEST_F(IndexSnapshot, ReadsALargeBodyAndNoticesAFlippedBitInAnyBlock) {
  constexpr uint32_t kWide = 1000;
  constexpr uint64_t kRows = 7001;  // 28 MB, no multiple of a block
  std::vector<PhotoId> ids(kRows);
  std::vector<float> vectors(kRows * kWide);
  for (uint64_t i = 0; i < kRows; ++i) ids[i] = PhotoId{i * 3 + 1};
  for (size_t i = 0; i < vectors.size(); ++i) vectors[i] = static_cast<float>(i % 8191);
  ASSERT_THAT(WriteSnapshot(path_, {kModel, kWide, kRows, kEpoch}, ids, [&](size_t row) { return std::span(vectors).subspan(row * kWide, kWide); }), IsOk());
  std::vector<PhotoId> read_ids;
  std::vector<float> read_vectors(vectors.size());
  const auto read = [&]() -> Status {
    ASSIGN_OR_RETURN(const OpenedSnapshot snapshot, OpenSnapshot(path_));
    ASSIGN_OR_RETURN(read_ids, ReadSnapshotIds(snapshot));
    return ReadSnapshotRows(snapshot, [&](size_t row, std::span<const float> vector) { std::ranges::copy(vector, &read_vectors[row * kWide]); });
  };
  ASSERT_THAT(read(), IsOk());
  EXPECT_TRUE(read_ids == ids);
  EXPECT_TRUE(read_vectors == vectors);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path_));
  for (std::streamoff place = 100; place < size - 4; place += size / 6) {
    const auto flip = [&] {
      std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(place);
      const int byte = file.get();
      file.seekp(place);
      file.put(static_cast<char>(byte ^ 1));
    };
    flip();
    EXPECT_THAT(read(), StatusIs(StatusCode::kCorrupt, HasSubstr("checksum"))) << "byte " << place;
    flip();
  }
  EXPECT_THAT(read(), IsOk());
}

TEST_F(IndexSnapshot, RefusesANewerVersionAndContentThatDoesNotFit) {
  std::string newer = bytes_;
  newer[8] = 9;
  EXPECT_THAT(LoadChanged(newer), StatusIs(StatusCode::kUnsupported, HasSubstr("version 9")));
  EXPECT_THAT(WriteSnapshot(path_, {kModel, 3, 1, kEpoch}, {}, {}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(WriteSnapshot(path_, {std::string(2000, 'm'), 3, 0, kEpoch}, {}, {}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(IndexSnapshot, LeavesNoHalfFileBesideIt) {
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp"));
  EXPECT_THAT(index_.Save(folder_ / "no/such/folder/x", kModel, kEpoch), StatusIs(StatusCode::kNotFound));
}

}  // namespace
}  // namespace fovea::indexer
