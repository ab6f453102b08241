// label: unit
#include "daemon/parquet/parquet_strings.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;
using test::IsOk;
using test::StatusIs;
using test::TempDir;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

using Column = std::vector<std::optional<std::string>>;
const std::string kFiles = FOVEA_SOURCE_DIR "/tests/parquet/";

Result<Column> ReadColumn(const std::string& path, std::string_view name = "image_path") {
  ASSIGN_OR_RETURN(const auto strings, ParquetStrings::Open(path, name));
  Column column;
  for (uint64_t row = 0; row < strings->rows(); ++row) {
    ASSIGN_OR_RETURN(const auto text, strings->Next());
    column.emplace_back(text);
  }
  return column;
}

// What make_files.py writes.
struct Stored {
  std::string name;
  size_t rows = 100;
  bool nulls = true;
  size_t period = 1000;
};

Column Expected(const Stored& stored) {
  Column column;
  for (size_t i = 0; i < stored.rows; ++i) {
    const auto photo = static_cast<int>(i % stored.period);
    char path[64];
    std::snprintf(path, sizeof path, "/photos/%03d/IMG_%05d%.*s.jpg", photo / 100, photo, photo % 7, "______");
    column.push_back(stored.nulls && i % 5 == 3 ? std::nullopt : std::optional<std::string>(path));
  }
  return column;
}

std::vector<Stored> AllFiles() {
  std::vector<Stored> files = {
      {.name = "pyarrow_delta", .rows = 400}, {.name = "pyarrow_delta_v2", .rows = 400}, {.name = "pyarrow_delta_length", .rows = 400},
      {.name = "pyarrow_delta_length_v2", .rows = 400}, {.name = "pyarrow_required", .nulls = false}, {.name = "pyarrow_required_v2", .nulls = false},
      {.name = "pyarrow_row_groups", .rows = 250, .period = 7}, {.name = "pyarrow_fallback", .rows = 2000},
      {.name = "pyarrow_one_value", .nulls = false, .period = 1}, {.name = "pyarrow_one_row", .rows = 1}, {.name = "pyarrow_no_rows", .rows = 0},
      {.name = "pyarrow_large", .rows = 100'000, .period = 100'000}, {.name = "fastparquet_no_nulls", .nulls = false},
      {.name = "fastparquet_row_groups", .rows = 250}, {.name = "fastparquet_category", .rows = 250, .period = 7}};
  for (const char* name : {"none", "snappy", "gzip", "zstd", "lz4", "brotli", "plain", "checksums"}) {
    files.push_back({.name = StrCat("pyarrow_", name)});
    files.push_back({.name = StrCat("pyarrow_", name, "_v2")});
  }
  for (const char* name : {"uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"}) files.push_back({.name = StrCat("fastparquet_", name)});
  return files;
}

TEST(ParquetStrings, ReadsEveryCodecEncodingAndPageVersion) {
  std::set<std::string> read;
  for (const Stored& stored : AllFiles()) {
    const auto column = ReadColumn(StrCat(kFiles, stored.name, ".parquet"));
    ASSERT_THAT(column, IsOk()) << stored.name;
    EXPECT_TRUE(*column == Expected(stored)) << stored.name;
    read.insert(stored.name + ".parquet");
  }
  for (const auto& file : fs::directory_iterator(kFiles)) {
    EXPECT_TRUE(file.path().extension() != ".parquet" || read.contains(file.path().filename())) << file.path();
  }
}

}  // namespace
}  // namespace fovea::daemon
