#include "indexer/index_snapshot.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <vector>

#include "base/cores.h"
#include "base/log.h"
#include "base/side_by_side.h"
#include "indexer/file_parts.h"

namespace fovea::indexer {
namespace {

static_assert(sizeof(storage::PhotoId) == sizeof(uint64_t) && sizeof(float) == 4);

constexpr std::string_view kMagic = "FOVEAIDX";
constexpr size_t kMaxModelId = 1024;
constexpr size_t kFixedBytes = 8 + 4 + 4 + 8 + 8 + 4;  // magic, version, dim, count, epoch, length of the model id
constexpr size_t kBlock = size_t{8} << 20;
constexpr size_t kMostReaders = 8;

std::string EncodeHeader(const SnapshotHeader& header) {
  std::string out(kMagic);
  AppendNumber(out, kSnapshotVersion);
  AppendNumber(out, header.dim);
  AppendNumber(out, header.count);
  AppendNumber(out, header.epoch);
  AppendNumber(out, static_cast<uint32_t>(header.model_id.size()));
  out += header.model_id;
  AppendNumber(out, Checksum(0, out.data(), out.size()));
  return out;
}

// A part of the body that one thread reads, checks and hands on.
struct Block {
  int64_t offset = 0;
  size_t first_row = 0;
  size_t rows = 0;
  uint32_t sum = 0;
};

// Reads all blocks and their checksums on all cores: one core checks some 4 GB a second, slower than memory.
Status ReadBlocks(const OpenedSnapshot& snapshot, std::vector<Block>& blocks, const RowTarget& take) {
  const size_t dim = snapshot.header.dim;
  return WorkSideBySide("load", std::min(UsableCores(), kMostReaders), blocks.size(), [&](const NextPart& next) -> Status {
    std::vector<float> rows;
    while (const auto part = next()) {
      Block& block = blocks[*part];
      rows.resize(block.rows * dim);
      char* bytes = reinterpret_cast<char*>(rows.data());
      RETURN_IF_ERROR(ReadExactly(snapshot.fd.get(), block.offset, bytes, rows.size() * sizeof(float)));
      block.sum = Checksum(0, bytes, rows.size() * sizeof(float));
      for (size_t row = 0; row < block.rows; ++row) take(block.first_row + row, std::span(rows).subspan(row * dim, dim));
    }
    return {};
  });
}

Status WriteSum(int fd, uint32_t sum) { return WriteAll(fd, reinterpret_cast<const char*>(&sum), sizeof sum); }

Status CheckSum(int fd, int64_t offset, uint32_t sum, std::string_view what) {
  uint32_t stored = 0;
  RETURN_IF_ERROR(ReadExactly(fd, offset, reinterpret_cast<char*>(&stored), sizeof stored));
  return sum == stored ? Status() : Corrupt(StrCat("the checksum of its ", what, " is wrong"));
}

Status WriteTo(int fd, const SnapshotHeader& header, std::span<const storage::PhotoId> ids, const RowSource& rows) {
  const std::string head = EncodeHeader(header);
  RETURN_IF_ERROR(WriteAll(fd, head.data(), head.size()));
  const char* id_bytes = reinterpret_cast<const char*>(ids.data());
  RETURN_IF_ERROR(WriteAll(fd, id_bytes, ids.size_bytes()));
  RETURN_IF_ERROR(WriteSum(fd, Checksum(0, id_bytes, ids.size_bytes())));
  uint32_t sum = 0;
  std::vector<float> piece;
  for (size_t row = 0; row < ids.size();) {
    for (piece.clear(); row < ids.size() && piece.size() * sizeof(float) < kBlock; ++row) {
      const std::span<const float> vector = rows(row);
      piece.insert(piece.end(), vector.begin(), vector.end());
    }
    const char* bytes = reinterpret_cast<const char*>(piece.data());
    RETURN_IF_ERROR(WriteAll(fd, bytes, piece.size() * sizeof(float)));
    sum = Checksum(sum, bytes, piece.size() * sizeof(float));
  }
  return WriteSum(fd, sum);
}

// The file's size must be exactly what the header promises; counts are bounded first so that nothing overflows.
Status CheckSize(const SnapshotHeader& header, int64_t body_offset, int64_t file_bytes) {
  const uint64_t row_bytes = sizeof(uint64_t) + uint64_t{header.dim} * sizeof(float);
  const auto room = static_cast<uint64_t>(file_bytes - body_offset);
  if (header.dim == 0 || header.count > room / row_bytes || header.count * row_bytes + 2 * sizeof(uint32_t) != room) {
    return Corrupt(StrCat("the header speaks of ", header.count, " vectors of ", header.dim, " values, the file has ", file_bytes, " bytes"));
  }
  return Status();
}

Result<OpenedSnapshot> ReadHeader(UniqueFd fd) {
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return Failed(FromErrno(errno, "stat"));
  std::string head(static_cast<size_t>(std::min<int64_t>(info.st_size, kFixedBytes + kMaxModelId + sizeof(uint32_t))), '\0');
  RETURN_IF_ERROR(ReadExactly(fd.get(), 0, head.data(), head.size()));
  if (head.size() < kFixedBytes + sizeof(uint32_t)) return Failed(Corrupt("the file is shorter than a header"));
  std::string_view rest = head;
  if (!rest.starts_with(kMagic)) return Failed(Corrupt("the file does not begin with FOVEAIDX"));
  rest.remove_prefix(kMagic.size());
  if (const auto version = TakeNumber<uint32_t>(rest); version != kSnapshotVersion) {
    return Failed(Unsupported(StrCat("found version ", version, ", can read ", kSnapshotVersion)));
  }
  OpenedSnapshot snapshot;
  snapshot.header.dim = TakeNumber<uint32_t>(rest);
  snapshot.header.count = TakeNumber<uint64_t>(rest);
  snapshot.header.epoch = TakeNumber<uint64_t>(rest);
  const auto id_bytes = TakeNumber<uint32_t>(rest);
  if (id_bytes > kMaxModelId || rest.size() < id_bytes + sizeof(uint32_t)) return Failed(Corrupt("the model's name has an absurd length"));
  snapshot.header.model_id = rest.substr(0, id_bytes);
  rest.remove_prefix(id_bytes);
  const uint32_t sum = Checksum(0, head.data(), kFixedBytes + id_bytes);
  if (TakeNumber<uint32_t>(rest) != sum) return Failed(Corrupt("the header's checksum is wrong"));
  snapshot.body_offset = static_cast<int64_t>(kFixedBytes + id_bytes + sizeof(uint32_t));
  RETURN_IF_ERROR(CheckSize(snapshot.header, snapshot.body_offset, info.st_size));
  snapshot.fd = std::move(fd);
  return snapshot;
}

}  // namespace

Status WriteSnapshot(const std::string& path, const SnapshotHeader& header, std::span<const storage::PhotoId> ids,
                     const RowSource& rows) {
  const std::string context = StrCat("write index snapshot \"", path, "\"");
  if (header.model_id.size() > kMaxModelId || ids.size() != header.count) {
    return InvalidArgument(StrCat(context, ": header and content do not fit"));
  }
  const Status status = ReplaceFile(path, [&](int fd) { return WriteTo(fd, header, ids, rows); });
  return status.ok() ? status : status.WithContext(context);
}

Result<OpenedSnapshot> OpenSnapshot(const std::string& path) {
  const std::string context = StrCat("open index snapshot \"", path, "\"");
  auto fd = OpenForRead(path, FollowLinks::kNo);
  if (!fd) return Failed(fd.error());
  auto snapshot = ReadHeader(*std::move(fd));
  if (!snapshot) return Failed(snapshot.error().WithContext(context));
  return snapshot;
}

Result<std::vector<storage::PhotoId>> ReadSnapshotIds(const OpenedSnapshot& snapshot) {
  std::vector<storage::PhotoId> ids(snapshot.header.count);
  const size_t bytes = ids.size() * sizeof(storage::PhotoId);
  RETURN_IF_ERROR(ReadExactly(snapshot.fd.get(), snapshot.body_offset, reinterpret_cast<char*>(ids.data()), bytes));
  const uint32_t sum = Checksum(0, reinterpret_cast<const char*>(ids.data()), bytes);
  RETURN_IF_ERROR(CheckSum(snapshot.fd.get(), snapshot.body_offset + static_cast<int64_t>(bytes), sum, "ids"));
  return ids;
}

Status ReadSnapshotRows(const OpenedSnapshot& snapshot, const RowTarget& take) {
  const size_t count = snapshot.header.count, row_bytes = snapshot.header.dim * sizeof(float);
  const size_t rows_per_block = std::max<size_t>(1, kBlock / row_bytes);
  int64_t offset = snapshot.body_offset + static_cast<int64_t>(count * sizeof(storage::PhotoId) + sizeof(uint32_t));
  std::vector<Block> blocks;
  for (size_t row = 0; row < count; row += rows_per_block) {
    blocks.push_back({.offset = offset, .first_row = row, .rows = std::min(rows_per_block, count - row)});
    offset += static_cast<int64_t>(blocks.back().rows * row_bytes);
  }
  RETURN_IF_ERROR(ReadBlocks(snapshot, blocks, take));
  uLong sum = 0;
  for (const Block& block : blocks) sum = ::crc32_combine(sum, block.sum, static_cast<z_off_t>(block.rows * row_bytes));
  return CheckSum(snapshot.fd.get(), offset, static_cast<uint32_t>(sum), "vectors");
}

}  // namespace fovea::indexer
