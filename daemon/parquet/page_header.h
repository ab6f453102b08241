#pragma once
// PageHeader is what stands before each page of a Parquet file.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  kCorrupt when it is malformed or says what cannot be.
// Units:   bytes.
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace fovea::daemon {

// The numbers of both are the format's own.
enum class PageKind : int64_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };
enum class PageEncoding : int64_t { kPlain = 0, kPlainDictionary = 2, kRuns = 3, kDeltaLength = 6, kDelta = 7, kDictionary = 8 };

struct PageHeader {
  size_t header_bytes = 0;
  PageKind kind = PageKind::kData;
  uint64_t plain_bytes = 0, stored_bytes = 0;  // of the page behind it, uncompressed and as it lies there
  std::optional<uint32_t> crc = {};            // of the stored bytes
  uint64_t values = 0;                         // with those that are null
  PageEncoding encoding = PageEncoding::kPlain;
  PageEncoding level_encoding = PageEncoding::kRuns;
  uint64_t level_bytes = 0, ignored_level_bytes = 0;  // version 2: they lie before the values, the ignored ones first, uncompressed
  bool compressed = true;
};

// `bytes` begin with the header and may go on behind it.
Result<PageHeader> ParsePageHeader(std::string_view bytes);

}  // namespace fovea::daemon
