#include "daemon/parquet/page_codec.h"

#include <brotli/decode.h>
#include <lz4.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include "base/log.h"

namespace fovea::daemon {
namespace {

// Bytes that one byte can become at most; more is a lie, seen before memory is taken for it.
constexpr size_t kMostOfSnappy = 64, kMostOfLz4 = 256, kMostOfGzip = 1032;

bool Snappy(std::string_view bytes, char* out, size_t size) {
  size_t announced = 0;
  return snappy::GetUncompressedLength(bytes.data(), bytes.size(), &announced) && announced == size &&
         snappy::RawUncompress(bytes.data(), bytes.size(), out);
}

bool Lz4(std::string_view bytes, char* out, size_t size) {
  const int got = LZ4_decompress_safe(bytes.data(), out, static_cast<int>(bytes.size()), static_cast<int>(size));
  return got >= 0 && static_cast<size_t>(got) == size;
}

bool Zstd(std::string_view bytes, char* out, size_t size) { return ZSTD_decompress(out, size, bytes.data(), bytes.size()) == size; }

bool Brotli(std::string_view bytes, char* out, size_t size) {
  size_t got = size;
  const auto result = BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()), &got, reinterpret_cast<uint8_t*>(out));
  return result == BROTLI_DECODER_RESULT_SUCCESS && got == size;
}

// One after another: the format allows several members.
bool Gzip(std::string_view bytes, char* out, size_t size) {
  constexpr int kWithGzipHeader = 16 + MAX_WBITS;
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = static_cast<uInt>(size);
  if (inflateInit2(&stream, kWithGzipHeader) != Z_OK) return false;
  int result = Z_STREAM_END;
  while (result == Z_STREAM_END && stream.avail_in > 0 && inflateReset(&stream) == Z_OK) result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return result == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
}

struct Way {
  bool (*run)(std::string_view bytes, char* out, size_t size) = nullptr;
  size_t most = SIZE_MAX;  // bytes out of one
};

Result<Way> WayOf(PageCodec codec) {
  switch (codec) {
    case PageCodec::kSnappy: return Way{Snappy, kMostOfSnappy};
    case PageCodec::kGzip: return Way{Gzip, kMostOfGzip};
    case PageCodec::kBrotli: return Way{Brotli};
    case PageCodec::kZstd: return Way{Zstd};
    case PageCodec::kLz4: return Way{Lz4, kMostOfLz4};
    case PageCodec::kLzo: return Failed(Unsupported("compressed with LZO"));
    case PageCodec::kHadoopLz4: return Failed(Unsupported("compressed with the LZ4 of Hadoop"));
    case PageCodec::kNone: break;
  }
  return Failed(Unsupported(StrCat("compressed in a way that is not known (", static_cast<int64_t>(codec), ")")));
}

}  // namespace

Result<std::string> Decompress(PageCodec codec, std::string_view bytes, size_t size) {
  std::string plain;
  bool done = false;
  if (codec == PageCodec::kNone) {
    done = bytes.size() == size;
    plain = bytes;
  } else {
    ASSIGN_OR_RETURN(const Way way, WayOf(codec));
    done = size / way.most <= bytes.size();
    if (done) plain.resize_and_overwrite(size, [&](char* out, size_t) { return (done = way.run(bytes, out, size)) ? size : 0; });
  }
  if (!done) return Failed(Corrupt(StrCat(bytes.size(), " bytes that do not become ", size)));
  return plain;
}

}  // namespace fovea::daemon
