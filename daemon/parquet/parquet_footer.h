#pragma once
// ReadParquetFooter finds one column of strings in what stands at the end of a Parquet file.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  kCorrupt when the footer is malformed, or speaks of rows or places that cannot be; kNotFound without the column; kUnsupported when the
//          column holds no strings, lists of them, is encrypted, or lies in another file.
// Units:   places in bytes from the file's beginning.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "daemon/parquet/page_codec.h"

namespace fovea::daemon {

// The column's pages of one row group.
struct ParquetChunk {
  uint64_t begin = 0, end = 0;  // end: one past the last byte
  uint64_t rows = 0;
  PageCodec codec = PageCodec::kNone;
};

struct ParquetColumn {
  uint64_t rows = 0;   // of all chunks
  bool nullable = false;
  std::vector<ParquetChunk> chunks = {};
};

// `data_end`: where the footer begins; nothing of a chunk lies behind it.
Result<ParquetColumn> ReadParquetFooter(std::string_view footer, std::string_view name, uint64_t data_end);

}  // namespace fovea::daemon
