// label: unit
#include "daemon/parquet/packed_numbers.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace fovea::daemon {
namespace {

using testing::ElementsAre;

std::vector<uint32_t> Runs(std::string_view bytes, unsigned width, size_t most) {
  RunReader reader(bytes, width);
  std::vector<uint32_t> values;
  for (uint32_t value = 0; values.size() < most && reader.Next(value);) values.push_back(value);
  return values;
}

TEST(RunReader, ReadsRunsAndBits) {
  const std::string bits = "\x03\x88\xc6\xfa";  // eight numbers of three bits
  EXPECT_THAT(Runs(bits, 3, 100), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(Runs(std::string("\x08\x05", 2) + bits, 3, 100), ElementsAre(5, 5, 5, 5, 0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(Runs(std::string("\x04\x01\x02\x03\x04", 5), 32, 100), ElementsAre(0x04030201u, 0x04030201u));
  EXPECT_THAT(Runs("", 0, 3), ElementsAre(0, 0, 0)) << "numbers of no width take no bytes";
}

TEST(RunReader, EndsWhereItsBytesEnd) {
  EXPECT_THAT(Runs("\x03\x88", 3, 100), ElementsAre(0, 1)) << "the last bits of a page may be cut";
  EXPECT_THAT(Runs("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x07", 1, 100), ElementsAre(1, 1, 1, 0, 0, 0, 0, 0)) << "a run of 2^63 bytes";
  EXPECT_TRUE(Runs("\x80", 3, 100).empty());
  EXPECT_TRUE(Runs("\x08", 3, 100).empty());
  EXPECT_TRUE(Runs(std::string(20, '\0'), 8, 100).empty()) << "runs of nothing";
  EXPECT_TRUE(Runs(std::string(20, '\xff'), 8, 100).empty());
}

// 7, 5, 3, 1, 2, 3, 4, 5 in one block of four packs, of which one is needed; "tail" stands behind.
const std::string kDeltas = std::string("\x80\x01\x04\x08\x0e\x03\x02\x00\x00\x00\xc0\x3f\x00\x00\x00\x00\x00\x00", 18);

TEST(DeltaReader, ReadsDifferencesAndKnowsWhatStandsBehind) {
  DeltaReader reader;
  const std::string bytes = kDeltas + "tail";
  ASSERT_TRUE(reader.Open(bytes, 8));
  std::string_view behind;
  ASSERT_TRUE(reader.Behind(behind));
  EXPECT_EQ(behind, "tail");
  std::vector<int64_t> values;
  for (int64_t value = 0; reader.Next(value);) values.push_back(value);
  EXPECT_THAT(values, ElementsAre(7, 5, 3, 1, 2, 3, 4, 5));
}

TEST(DeltaReader, RefusesWhatIsCutOrCannotBe) {
  for (size_t size = 0; size < kDeltas.size(); ++size) {
    DeltaReader reader;
    std::string_view behind;
    EXPECT_FALSE(reader.Open(std::string_view(kDeltas).substr(0, size), 8) && reader.Behind(behind)) << size;
  }
  DeltaReader reader;
  EXPECT_FALSE(reader.Open(kDeltas, 7)) << "more numbers than rows";
  const auto opens = [&](std::string_view head) { return reader.Open(head, 1000); };
  EXPECT_TRUE(opens({"\x80\x01\x04\x08\x0e", 5}));
  EXPECT_FALSE(opens({"\x80\x01\x00\x08\x0e", 5})) << "no packs";
  EXPECT_FALSE(opens({"\x00\x04\x08\x0e", 4})) << "empty blocks";
  EXPECT_FALSE(opens({"\x80\x01\x03\x08\x0e", 5})) << "packs of no whole size";
  EXPECT_FALSE(opens({"\x40\x04\x08\x0e", 4})) << "packs of 16";
  EXPECT_FALSE(opens({"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x08\x0e", 13})) << "blocks of 2^63";
  std::string wide = kDeltas + std::string(1000, '\0');
  wide[6] = 65;
  int64_t value = 0;
  ASSERT_TRUE(reader.Open(wide, 8) && reader.Next(value));
  EXPECT_FALSE(reader.Next(value)) << "numbers of 65 bits";
}

TEST(DeltaReader, WrapsAround) {
  // The difference from the largest number to the smallest is 1 modulo 2^64.
  const std::string bytes = std::string("\x80\x01\x04\x02\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x00\x00\x00\x00", 19);
  DeltaReader reader;
  ASSERT_TRUE(reader.Open(bytes, 2));
  int64_t first = 0, second = 0;
  ASSERT_TRUE(reader.Next(first) && reader.Next(second));
  EXPECT_EQ(first, INT64_MAX);
  EXPECT_EQ(second, INT64_MIN);
}

}  // namespace
}  // namespace fovea::daemon
