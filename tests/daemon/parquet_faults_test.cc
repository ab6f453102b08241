// Parquet files that are damaged or lie: refused by name and with the reason, or read as they say; never a crash, and no memory for what is
// not there.
// label: unit
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/parquet/parquet_strings.h"
#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kPlace = "/proc/self/fd/";
using Column = std::vector<std::optional<std::string>>;
enum Kind : char { kI64 = 6, kBinary = 8, kList = 9, kStruct = 12 };

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

// One structure in Thrift's compact encoding, each field with its whole number.
class Thrift {
 public:
  Thrift& Number(int id, int64_t value) { return Add(id, kI64, Varint(static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63))); }
  Thrift& Text(int id, const std::string& text) { return Add(id, kBinary, Varint(text.size()) + text); }
  Thrift& Struct(int id, const Thrift& inner) { return Add(id, kStruct, inner.Bytes()); }
  Thrift& List(int id, Kind kind, const std::vector<std::string>& elements) {
    std::string bytes = std::string(1, static_cast<char>(0xf0 | kind)) + Varint(elements.size());
    for (const std::string& element : elements) bytes += element;
    return Add(id, kList, bytes);
  }
  std::string Bytes() const { return bytes_ + '\0'; }

 private:
  Thrift& Add(int id, Kind kind, const std::string& value) {
    bytes_ += static_cast<char>(kind) + Varint(static_cast<uint64_t>(id) << 1) + value;
    return *this;
  }
  std::string bytes_;
};

// A sound file of three rows, but for what a test turns around.
struct Parts {
  std::string body = std::string("\1\0\0\0a\1\0\0\0b\1\0\0\0c", 15);
  int64_t kind = 0, plain = 15, stored = 15, encoding = 0, level_encoding = 3, page_rows = 3, level_bytes = 0;
  std::optional<int64_t> crc = {};
  int64_t codec = 0, rows = 3, group_rows = 3, values = 3, offset = 4, dictionary_offset = 0;
  std::optional<int64_t> bytes = {};
  int64_t type = 6, repetition = 0;
  std::string name = "image_path", elsewhere = {}, before = {}, magic = "PAR1";
  bool encrypted = false;
  std::optional<int64_t> second_offset = {};  // where the pages of a second row group begin, else like the first
};

std::string LittleEndian(size_t size) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(size >> (8 * i));
  return bytes;
}

std::string WithFooter(const std::string& pages, const std::string& footer, const std::string& magic) {
  return "PAR1" + pages + footer + LittleEndian(footer.size()) + magic;
}

std::string PageOf(const Parts& parts) {
  Thrift header, kind;
  kind.Number(1, parts.page_rows).Number(parts.kind == 3 ? 4 : 2, parts.encoding);
  if (parts.kind == 3) kind.Number(5, parts.level_bytes).Number(6, 0);
  else kind.Number(3, parts.level_encoding);
  header.Number(1, parts.kind).Number(2, parts.plain).Number(3, parts.stored).Struct(parts.kind == 3 ? 8 : parts.kind == 2 ? 7 : 5, kind);
  if (parts.crc) header.Number(4, *parts.crc);
  return header.Bytes() + parts.body;
}

std::string GroupOf(const Parts& parts, int64_t offset, uint64_t bytes) {
  Thrift facts, chunk;
  facts.List(3, kBinary, {Varint(parts.name.size()) + parts.name}).Number(4, parts.codec).Number(5, parts.values);
  facts.Number(7, parts.bytes.value_or(static_cast<int64_t>(bytes))).Number(9, offset).Number(11, parts.dictionary_offset);
  if (!parts.elsewhere.empty()) chunk.Text(1, parts.elsewhere);
  if (parts.encrypted) chunk.Struct(8, Thrift());
  chunk.Struct(3, facts);
  return Thrift().List(1, kStruct, {chunk.Bytes()}).Number(3, parts.group_rows).Bytes();
}

std::string Assemble(const Parts& parts) {
  const std::string pages = parts.before + PageOf(parts);
  std::vector<std::string> groups = {GroupOf(parts, parts.offset, pages.size())};
  if (parts.second_offset) groups.push_back(GroupOf(parts, *parts.second_offset, pages.size() + 4 - *parts.second_offset));
  const Thrift root = Thrift().Text(4, "schema").Number(5, 1);
  const Thrift column = Thrift().Number(1, parts.type).Number(3, parts.repetition).Text(4, parts.name);
  const Thrift footer = Thrift().List(2, kStruct, {root.Bytes(), column.Bytes()}).Number(3, parts.rows).List(4, kStruct, groups);
  return WithFooter(pages, footer.Bytes(), parts.magic);
}

std::string Fixture(const std::string& name) { return ReadFile(StrCat(FOVEA_SOURCE_DIR "/tests/parquet/", name, ".parquet"), 1 << 20).value(); }

// In memory: a test reads tens of thousands of them.
Result<Column> Read(const std::string& bytes) {
  const UniqueFd memory(::memfd_create("parquet", 0));
  if (::write(memory.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return Failed(IoError("memory"));
  ASSIGN_OR_RETURN(const auto strings, ParquetStrings::Open(StrCat(kPlace, memory.get()), "image_path"));
  Column column;
  while (column.size() < strings->rows()) {
    ASSIGN_OR_RETURN(const auto text, strings->Next());
    column.emplace_back(text);
  }
  return column;
}

TEST(ParquetFaults, ReadsWhatTheOthersAreMadeOf) {
  EXPECT_THAT(Read(Assemble({})), IsOkAndHolds(ElementsAre("a", "b", "c")));
  EXPECT_THAT(Read(Assemble({.kind = 3})), IsOkAndHolds(ElementsAre("a", "b", "c")));
  const std::string dictionary = PageOf({.body = std::string("\2\0\0\0xy", 6), .kind = 2, .plain = 6, .stored = 6, .page_rows = 1});
  const Parts places = {.body = std::string("\1\6\0", 3), .plain = 3, .stored = 3, .encoding = 8, .before = dictionary};
  EXPECT_THAT(Read(Assemble(places)), IsOkAndHolds(ElementsAre("xy", "xy", "xy")));
  EXPECT_THAT(Read(Assemble({.crc = ::crc32(0, reinterpret_cast<const Bytef*>(Parts().body.data()), 15)})), IsOk());
  const Parts nulls = {.body = std::string("\2\0\0\0\6\0", 6), .plain = 6, .stored = 6, .encoding = 8, .repetition = 1};
  EXPECT_THAT(Read(Assemble(nulls)), IsOkAndHolds(ElementsAre(std::nullopt, std::nullopt, std::nullopt)));
}

TEST(ParquetFaults, RefusesLies) {
  struct Case {
    Parts parts;
    StatusCode code;
    const char* says;
  };
  constexpr StatusCode kCorrupt = StatusCode::kCorrupt, kUnsupported = StatusCode::kUnsupported;
  const std::string dictionary = PageOf({.body = std::string("\2\0\0\0xy", 6), .kind = 2, .plain = 6, .stored = 6, .page_rows = 1});
  const int64_t huge = int64_t{1} << 62;
  const std::vector<Case> cases = {
      {{.rows = huge}, kCorrupt, "speaks of 4611686018427387904 rows"},
      {{.rows = -1}, kCorrupt, "speaks of -1 rows"},
      {{.rows = huge, .group_rows = huge, .values = huge}, kCorrupt, "ends 4611686018427387901 rows before"},
      {{.group_rows = 2}, kCorrupt, "2 rows, with 3 values"},
      {{.group_rows = -3, .values = -3}, kCorrupt, "-3 rows"},
      {{.offset = -4}, kCorrupt, "at -4"},
      {{.offset = 0}, kCorrupt, "at 0"},
      {{.offset = huge}, kCorrupt, "at 4611686018427387904"},
      {{.bytes = huge}, kCorrupt, "a column of 4611686018427387904 bytes"},
      {{.bytes = -1}, kCorrupt, "a column of -1 bytes"},
      {{.bytes = 5}, kCorrupt, "header is malformed"},
      {{.bytes = 0}, kCorrupt, "ends 3 rows before"},
      {{.plain = huge}, kCorrupt, "a page of 4611686018427387904 bytes"},
      {{.plain = -1}, kCorrupt, "header is malformed"},
      {{.plain = 16}, kCorrupt, "15 bytes that do not become 16"},
      {{.stored = 16}, kCorrupt, "a page of 16 bytes where the column has 15 left"},
      {{.stored = huge}, kCorrupt, "4611686018427387904 of them stored"},
      {{.plain = 500 << 20, .codec = 1}, kCorrupt, "15 bytes that do not become 524288000"},
      {{.plain = 500 << 20, .codec = 2}, kCorrupt, "15 bytes that do not become"},
      {{.plain = 500 << 20, .codec = 4}, kCorrupt, "15 bytes that do not become"},
      {{.plain = 500 << 20, .codec = 6}, kCorrupt, "15 bytes that do not become"},
      {{.plain = 500 << 20, .codec = 7}, kCorrupt, "15 bytes that do not become"},
      {{.page_rows = 4}, kCorrupt, "a page of 4 rows where the row group has 3 left"},
      {{.page_rows = -1}, kCorrupt, "header is malformed"},
      {{.page_rows = 2}, kCorrupt, "ends 1 rows before"},
      {{.body = std::string("\1\0\0\0a\1\0\0\0b\2\0\0\0c", 15)}, kCorrupt, "record 3: a page's values are malformed"},
      {{.body = std::string("\xff\xff\xff\xff", 4) + std::string(11, '\0')}, kCorrupt, "record 1: a page's values are malformed"},
      {{.crc = 1}, kCorrupt, "checksum"},
      {{.kind = 3, .level_bytes = 16}, kCorrupt, "levels are larger"},
      {{.kind = 3, .plain = 10, .level_bytes = 12, .codec = 6}, kCorrupt, "levels are larger"},
      {{.kind = 7}, kCorrupt, "a page of kind 7"},
      {{.repetition = 1}, kCorrupt, "levels are malformed"},
      {{.body = "abcdefghijklmno", .repetition = 1}, kCorrupt, "levels are larger"},
      {{.body = "ab", .plain = 2, .stored = 2, .repetition = 1}, kCorrupt, "levels are larger"},
      {{.level_encoding = 4, .repetition = 1}, kUnsupported, "levels in encoding 4"},
      {{.encoding = 9}, kUnsupported, "values in encoding 9"},
      {{.encoding = 6}, kCorrupt, "values are malformed"},
      {{.encoding = 7}, kCorrupt, "values are malformed"},
      {{.encoding = 8}, kCorrupt, "values are malformed"},  // no dictionary
      {{.body = std::string("\1\6\1", 3), .plain = 3, .stored = 3, .encoding = 8, .before = dictionary}, kCorrupt, "record 1: a page's values"},
      // The second group has no dictionary of its own.
      {{.body = std::string("\1\6\0", 3), .plain = 3, .stored = 3, .encoding = 8, .rows = 6, .before = dictionary,
        .second_offset = 4 + static_cast<int64_t>(dictionary.size())}, kCorrupt, "record 4: a page's values"},
      // The first text begins like none before it.
      {{.body = std::string("\x80\1\4\1\2\x80\1\4\1\2a", 11), .plain = 11, .stored = 11, .encoding = 7, .page_rows = 1, .rows = 1, .group_rows = 1, .values = 1},
       kCorrupt, "record 1: a page's values"},
      {{.body = std::string("\x21\6\0", 3), .plain = 3, .stored = 3, .encoding = 8, .before = dictionary}, kCorrupt, "values are malformed"},
      {{.body = "", .kind = 2, .plain = 0, .stored = 0, .page_rows = 1 << 30}, kCorrupt, "a dictionary is malformed"},
      {{.codec = 3}, kUnsupported, "LZO"},
      {{.codec = 5}, kUnsupported, "Hadoop"},
      {{.codec = 99}, kUnsupported, "not known (99)"},
      {{.type = 2}, kUnsupported, "something else than one text per row"},
      {{.repetition = 2}, kUnsupported, "something else than one text per row"},
      {{.name = "url"}, StatusCode::kNotFound, "no column \"image_path\""},
      {{.elsewhere = "part.0.parquet"}, kUnsupported, "in other files"},
      {{.encrypted = true}, kUnsupported, "encrypted"},
      {{.magic = "PARE"}, kUnsupported, "encrypted"},
      {{.magic = "PAR2"}, kCorrupt, "is it cut?"},
  };
  for (const Case& one : cases) EXPECT_THAT(Read(Assemble(one.parts)), StatusIs(one.code, AllOf(HasSubstr(kPlace), HasSubstr(one.says))));
}

TEST(ParquetFaults, RefusesFootersThatAreNone) {
  const auto footer = [&](const std::string& bytes) { return Read(WithFooter("", bytes, "PAR1")); };
  EXPECT_THAT(footer(""), StatusIs(StatusCode::kCorrupt, HasSubstr("footer is malformed")));
  EXPECT_THAT(footer(std::string(4 << 20, '\x1c')), StatusIs(StatusCode::kCorrupt)) << "deeper than anything";
  EXPECT_THAT(footer("\x29\xfc" + Varint(uint64_t{1} << 60)), StatusIs(StatusCode::kCorrupt)) << "2^60 columns";
  EXPECT_THAT(footer("\x48" + Varint(UINT64_MAX)), StatusIs(StatusCode::kCorrupt)) << "a text of 2^64 - 1 bytes";
  EXPECT_THAT(footer(std::string("\0", 1)), StatusIs(StatusCode::kNotFound, HasSubstr("no column")));
  EXPECT_THAT(Read("PAR1" + std::string("\xff\xff\xff\xff", 4) + "PAR1"), StatusIs(StatusCode::kCorrupt, HasSubstr("a footer of 4294967295 bytes")));
  EXPECT_THAT(Read("PAR1"), StatusIs(StatusCode::kCorrupt, HasSubstr("no Parquet file")));
  EXPECT_THAT(Read(""), StatusIs(StatusCode::kCorrupt, HasSubstr("no Parquet file")));
  EXPECT_THAT(ParquetStrings::Open(kPlace + "none", "image_path"), StatusIs(StatusCode::kNotFound, HasSubstr(kPlace + "none")));
}

const char* const kSmallFiles[] = {"pyarrow_zstd_v2", "pyarrow_gzip_v2", "pyarrow_lz4_v2", "pyarrow_brotli_v2", "pyarrow_snappy_v2", "pyarrow_plain",
                                   "pyarrow_delta", "pyarrow_delta_length", "pyarrow_checksums", "pyarrow_checksums_v2", "fastparquet_zstd",
                                   "fastparquet_category"};

TEST(ParquetFaults, RefusesEveryCut) {
  for (const char* name : kSmallFiles) {
    const std::string whole = Fixture(name);
    ASSERT_THAT(Read(whole), IsOk()) << name;
    for (size_t at = 0; at < whole.size(); at += 100) {
      EXPECT_THAT(Read(whole.substr(0, at)), StatusIs(StatusCode::kCorrupt, HasSubstr(kPlace))) << name << " " << at;
      // A hole before the footer: all that stands behind it has moved.
      (void)Read(whole.substr(0, at) + whole.substr(at + 1));
    }
  }
}

// An answer or a refusal that names the file; with checksums, the right answer or a refusal.
TEST(ParquetFaults, SurvivesEveryFlippedByte) {
  for (const char* name : kSmallFiles) {
    const std::string whole = Fixture(name);
    const Result<Column> right = Read(whole);
    const bool checked = std::string_view(name).starts_with("pyarrow_checksums");
    for (size_t at = 0; at < whole.size(); ++at) {
      std::string turned = whole;
      turned[at] = static_cast<char>(turned[at] ^ 1 << at % 8);
      const Result<Column> read = Read(turned);
      if (read) EXPECT_TRUE(!checked || *read == *right) << name << " " << at;
      else EXPECT_THAT(read.error().message(), HasSubstr(kPlace)) << name << " " << at;
    }
  }
}

}  // namespace
}  // namespace fovea::daemon
