#pragma once
// The ways in which pages of a Parquet file are compressed.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  kCorrupt for bytes that do not give exactly what was announced; kUnsupported, by name, for LZO and the LZ4 of Hadoop.
// Units:   bytes.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace fovea::daemon {

// The numbers are the format's own.
enum class PageCodec : int64_t { kNone = 0, kSnappy = 1, kGzip = 2, kLzo = 3, kBrotli = 4, kHadoopLz4 = 5, kZstd = 6, kLz4 = 7 };

// `size` is what the bytes must become. Memory is taken for it once the bytes' own header, where the codec has one, agrees.
Result<std::string> Decompress(PageCodec codec, std::string_view bytes, size_t size);

}  // namespace fovea::daemon
