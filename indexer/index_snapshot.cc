#include "indexer/index_snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "base/worker.h"

namespace fovea::indexer {
namespace {

static_assert(std::endian::native == std::endian::little, "the snapshot is written as it lies in memory");
static_assert(sizeof(storage::PhotoId) == sizeof(uint64_t) && sizeof(float) == 4);

constexpr std::string_view kMagic = "FOVEAIDX";
constexpr size_t kMaxModelId = 1024;
constexpr size_t kFixedBytes = 8 + 4 + 4 + 8 + 8 + 4;  // magic, version, dim, count, epoch, length of the model id
constexpr size_t kChunk = size_t{4} << 20;
constexpr size_t kBlock = size_t{8} << 20;
constexpr size_t kMostReaders = 8;

uint32_t Checksum(uint32_t so_far, const char* bytes, size_t size) {
  return static_cast<uint32_t>(::crc32_z(so_far, reinterpret_cast<const Bytef*>(bytes), size));
}

template <typename T>
void Append(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename T>
T TakeNumber(std::string_view& in) {
  T number;
  std::memcpy(&number, in.data(), sizeof number);
  in.remove_prefix(sizeof number);
  return number;
}

std::string EncodeHeader(const SnapshotHeader& header) {
  std::string out(kMagic);
  Append(out, kSnapshotVersion);
  Append(out, header.dim);
  Append(out, header.count);
  Append(out, header.epoch);
  Append(out, static_cast<uint32_t>(header.model_id.size()));
  out += header.model_id;
  Append(out, Checksum(0, out.data(), out.size()));
  return out;
}

Status WriteAll(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t put = ::write(fd, bytes, std::min(size, kChunk));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FromErrno(errno, "write");
    bytes += put;
    size -= static_cast<size_t>(put);
  }
  return Status();
}

Status ReadExactly(int fd, int64_t offset, char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(fd, bytes, std::min(size, kChunk), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "read");
    if (got == 0) return Corrupt("the file ends too early");
    bytes += got;
    offset += got;
    size -= static_cast<size_t>(got);
  }
  return Status();
}

// A part of the body that one thread reads and checks.
struct Block {
  int64_t offset = 0;
  char* bytes = nullptr;
  size_t size = 0;
  uint32_t sum = 0;
};

// Cuts what lies at `offset` into blocks, and moves `offset` behind it.
void AddBlocks(int64_t& offset, char* bytes, size_t size, std::vector<Block>& blocks) {
  for (size_t begin = 0; begin < size; begin += kBlock) {
    const size_t taken = std::min(kBlock, size - begin);
    blocks.push_back({.offset = offset, .bytes = bytes + begin, .size = taken});
    offset += static_cast<int64_t>(taken);
  }
}

// Reads all blocks and their checksums on all cores: one core checks some 4 GB a second, slower than memory.
Status ReadBlocks(int fd, std::vector<Block>& blocks) {
  std::atomic<size_t> next = 0;
  Mutex mutex;
  Status failure;
  const auto read = [&] {
    for (size_t i = next++; i < blocks.size(); i = next++) {
      Block& block = blocks[i];
      if (const Status status = ReadExactly(fd, block.offset, block.bytes, block.size); !status.ok()) {
        MutexLock lock(mutex);
        failure = status;
        next = blocks.size();
        return;
      }
      block.sum = Checksum(0, block.bytes, block.size);
    }
  };
  const size_t cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  std::vector<Thread> helpers;
  for (size_t i = 1; i < std::min({cores, blocks.size(), kMostReaders}); ++i) {
    helpers.emplace_back(StrCat("load", i), [&read](const std::stop_token&) { read(); });
  }
  read();
  for (Thread& helper : helpers) helper.Join();
  MutexLock lock(mutex);
  return failure;
}

Status WriteTo(int fd, const SnapshotHeader& header, std::span<const storage::PhotoId> ids, std::span<const float> vectors) {
  const std::string head = EncodeHeader(header);
  RETURN_IF_ERROR(WriteAll(fd, head.data(), head.size()));
  const char* id_bytes = reinterpret_cast<const char*>(ids.data());
  const char* vector_bytes = reinterpret_cast<const char*>(vectors.data());
  RETURN_IF_ERROR(WriteAll(fd, id_bytes, ids.size_bytes()));
  RETURN_IF_ERROR(WriteAll(fd, vector_bytes, vectors.size_bytes()));
  const uint32_t sum = Checksum(Checksum(0, id_bytes, ids.size_bytes()), vector_bytes, vectors.size_bytes());
  RETURN_IF_ERROR(WriteAll(fd, reinterpret_cast<const char*>(&sum), sizeof sum));
  return ::fsync(fd) == 0 ? Status() : FromErrno(errno, "fsync");
}

Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

// The file's size must be exactly what the header promises; counts are bounded first so that nothing overflows.
Status CheckSize(const SnapshotHeader& header, int64_t body_offset, int64_t file_bytes) {
  const uint64_t row_bytes = sizeof(uint64_t) + uint64_t{header.dim} * sizeof(float);
  const auto room = static_cast<uint64_t>(file_bytes - body_offset);
  if (header.dim == 0 || header.count > room / row_bytes || header.count * row_bytes + sizeof(uint32_t) != room) {
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
                     std::span<const float> vectors) {
  const std::string context = StrCat("write index snapshot \"", path, "\"");
  if (header.model_id.size() > kMaxModelId || ids.size() != header.count || vectors.size() != header.count * header.dim) {
    return InvalidArgument(StrCat(context, ": header and content do not fit"));
  }
  const std::string beside = path + ".tmp";
  {
    const UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd.valid()) return FromErrno(errno, StrCat("create \"", beside, "\""));
    if (const Status status = WriteTo(fd.get(), header, ids, vectors); !status.ok()) {
      ::unlink(beside.c_str());
      return status.WithContext(context);
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return FromErrno(errno, StrCat("rename to \"", path, "\""));
  return SyncFolderOf(path);
}

Result<OpenedSnapshot> OpenSnapshot(const std::string& path) {
  const std::string context = StrCat("open index snapshot \"", path, "\"");
  auto fd = OpenForRead(path, FollowLinks::kNo);
  if (!fd) return Failed(fd.error());
  auto snapshot = ReadHeader(*std::move(fd));
  if (!snapshot) return Failed(snapshot.error().WithContext(context));
  return snapshot;
}

Status ReadSnapshotBody(const OpenedSnapshot& snapshot, std::span<storage::PhotoId> ids, std::span<float> vectors) {
  std::vector<Block> blocks;
  int64_t offset = snapshot.body_offset;
  AddBlocks(offset, reinterpret_cast<char*>(ids.data()), ids.size_bytes(), blocks);
  AddBlocks(offset, reinterpret_cast<char*>(vectors.data()), vectors.size_bytes(), blocks);
  RETURN_IF_ERROR(ReadBlocks(snapshot.fd.get(), blocks));
  uint32_t stored = 0;
  RETURN_IF_ERROR(ReadExactly(snapshot.fd.get(), offset, reinterpret_cast<char*>(&stored), sizeof stored));
  uLong sum = 0;
  for (const Block& block : blocks) sum = ::crc32_combine(sum, block.sum, static_cast<z_off_t>(block.size));
  return static_cast<uint32_t>(sum) == stored ? Status() : Corrupt("the vectors' checksum is wrong");
}

}  // namespace fovea::indexer
