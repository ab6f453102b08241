// label: unit
#include "base/npy_file.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/log.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;
using test::TempDir;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A file as numpy would write it, but for what a test turns around.
struct Parts {
  std::string magic = "\x93NUMPY";
  std::string version = std::string("\x01\x00", 2);
  std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  std::string rows = std::string(24, '\0');
};

std::string Assemble(const Parts& parts) {
  const std::string header = parts.dictionary + "\n";
  std::string length;
  for (size_t i = 0; i < (parts.version[0] == 1 ? 2 : 4); ++i) length += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return parts.magic + parts.version + length + header + parts.rows;
}

class NpyFile : public testing::Test {
 protected:
  Result<NpyReader> Open(const std::string& bytes) { return NpyReader::Open(folder_.Write("file.npy", bytes)); }
  const TempDir folder_;
};

TEST_F(NpyFile, GivesBackWhatWasWritten) {
  const std::vector<float> values = {1, -2.5f, 3, 0, 1e-30f, 6};
  const std::string header = NpyHeader(2, 3);
  EXPECT_EQ(header.size() % 64, 0u);
  const auto reader = Open(header + std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ(reader->shape(), (NpyShape{.rows = 2, .dim = 3, .value_bytes = 4}));
  std::vector<float> read(6);
  ASSERT_THAT(reader->Read(0, read), IsOk());
  EXPECT_EQ(read, values);
  std::vector<float> last(3);
  ASSERT_THAT(reader->Read(1, last), IsOk());
  EXPECT_THAT(last, ElementsAre(0, 1e-30f, 6));
}

TEST_F(NpyFile, ReadsHalvesOfEveryKind) {
  const std::vector<uint16_t> halves = {0x3c00, 0xc000, 0x3555, 0x0001, 0x8000, 0x7bff, 0x7c00, 0x7e00};
  Parts parts{.dictionary = "{'descr': '<f2', 'fortran_order': False, 'shape': (1, 8), }"};
  parts.rows.assign(reinterpret_cast<const char*>(halves.data()), 16);
  const auto reader = Open(Assemble(parts));
  ASSERT_THAT(reader, IsOk());
  std::vector<float> values(8);
  ASSERT_THAT(reader->Read(0, values), IsOk());
  EXPECT_THAT(std::vector(values.begin(), values.end() - 2), ElementsAre(1, -2, 0.333251953125f, std::ldexp(1.0f, -24), -0.0f, 65504));
  EXPECT_TRUE(std::isinf(values[6]));
  EXPECT_TRUE(std::isnan(values[7]));
}

TEST_F(NpyFile, TakesTheOtherWaysToWriteAHeader) {
  for (const char* dictionary : {"{\"shape\": (2,3), \"descr\": \"<f4\", \"fortran_order\": False}", "{'descr':'<f4','fortran_order':False,'shape':(2,3,)}   "}) {
    EXPECT_THAT(Open(Assemble({.dictionary = dictionary})), IsOk()) << dictionary;
  }
  EXPECT_THAT(Open(Assemble({.version = std::string("\x02\x00", 2)})), IsOk());
  EXPECT_THAT(Open(Assemble({.version = std::string("\x03\x00", 2)})), IsOk());
  EXPECT_THAT(Open(Assemble({.dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", .rows = ""})), IsOk());
}

TEST_F(NpyFile, RefusesAHeaderThatLies) {
  const auto with = [](const std::string& descr, const std::string& order, const std::string& shape) {
    return Assemble({.dictionary = StrCat("{'descr': ", descr, ", 'fortran_order': ", order, ", 'shape': ", shape, ", }")});
  };
  struct Case {
    std::string bytes;
    StatusCode code;
    const char* says;
  };
  const std::vector<Case> cases = {
      {with("'<f4'", "False", "(200000000, 512)"), StatusCode::kCorrupt, "speaks of 200000000 rows of 512 values"},
      {with("'<f4'", "False", "(18446744073709551615, 512)"), StatusCode::kCorrupt, "speaks of"},
      {with("'<f4'", "False", "(6148914691236517206, 3)"), StatusCode::kCorrupt, "speaks of"},  // x 12 is 8 in 64 bits
      {with("'<f4'", "False", "(36893488147419103232, 3)"), StatusCode::kCorrupt, "malformed"},
      {with("'<f4'", "False", "(1, 3)"), StatusCode::kCorrupt, "speaks of 1 rows"},
      {with("'<f4'", "False", "(3, 3)"), StatusCode::kCorrupt, "speaks of 3 rows"},
      {with("'<f4'", "False", "(-1, 3)"), StatusCode::kCorrupt, "malformed"},
      {with("'<f4'", "False", "(2, 0)"), StatusCode::kUnsupported, "0 values"},
      {with("'<f4'", "False", "(1, 4294967296)"), StatusCode::kUnsupported, "4294967296 values"},
      {with("'<f4'", "False", "(6,)"), StatusCode::kUnsupported, "1 dimensions"},
      {with("'<f4'", "False", "()"), StatusCode::kUnsupported, "0 dimensions"},
      {with("'<f4'", "False", "(1, 2, 3)"), StatusCode::kUnsupported, "3 dimensions"},
      {with("'<f4'", "True", "(2, 3)"), StatusCode::kUnsupported, "Fortran"},
      {with("'<f4'", "Maybe", "(2, 3)"), StatusCode::kCorrupt, "malformed"},
      {with("'|O'", "False", "(2, 3)"), StatusCode::kUnsupported, "|O"},
      {with("'>f4'", "False", "(2, 3)"), StatusCode::kUnsupported, ">f4"},
      {with("'<f8'", "False", "(1, 3)"), StatusCode::kUnsupported, "<f8"},
      {with("[('a', '<f4')]", "False", "(2, 3)"), StatusCode::kCorrupt, "malformed"},
      {Assemble({.dictionary = "{'descr': '<f4', 'shape': (2, 3), }"}), StatusCode::kCorrupt, "malformed"},
      {Assemble({.dictionary = "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}"}), StatusCode::kCorrupt, "malformed"},
      {Assemble({.dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + 1"}), StatusCode::kCorrupt, "malformed"},
      {Assemble({.dictionary = ""}), StatusCode::kCorrupt, "malformed"},
      {Assemble({.magic = "\x93NUMPX"}), StatusCode::kCorrupt, "no numpy file"},
      {Assemble({.version = std::string("\x04\x00", 2)}), StatusCode::kUnsupported, "version 4.0"},
      {Assemble({.version = std::string("\x01\x01", 2)}), StatusCode::kUnsupported, "version 1.1"},
      {std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12) + std::string(100, ' '), StatusCode::kCorrupt, "a header of 2147483647 bytes"},
      {"", StatusCode::kCorrupt, "no numpy file"},
  };
  for (const Case& one : cases) EXPECT_THAT(Open(one.bytes), StatusIs(one.code, AllOf(HasSubstr("file.npy"), HasSubstr(one.says))));
}

TEST_F(NpyFile, RefusesEveryCut) {
  const std::string whole = Assemble({});
  ASSERT_THAT(Open(whole), IsOk());
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_THAT(Open(whole.substr(0, size)), StatusIs(StatusCode::kCorrupt)) << size;
  EXPECT_THAT(Open(whole + "x"), StatusIs(StatusCode::kCorrupt));
}

// Whatever stands in the place of one byte: an answer or a refusal, and what is accepted can be read.
TEST_F(NpyFile, SurvivesEveryByteOfTheHeader) {
  const std::string whole = Assemble({});
  for (size_t place = 0; place < whole.size() - 24; ++place) {
    for (const int flip : {1, 2, 4, 8, 16, 32, 64, 128}) {
      std::string turned = whole;
      turned[place] = static_cast<char>(turned[place] ^ flip);
      const auto reader = Open(turned);
      if (!reader) continue;
      std::vector<float> values(reader->shape().rows * reader->shape().dim);
      ASSERT_THAT(reader->Read(0, values), IsOk()) << place;
    }
  }
}

TEST_F(NpyFile, SaysWhichFileIsMissing) { EXPECT_THAT(NpyReader::Open(folder_ / "none.npy"), StatusIs(StatusCode::kNotFound, HasSubstr("none.npy"))); }

}  // namespace
}  // namespace fovea
