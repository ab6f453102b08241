#pragma once
// What the index's files are written and read with: numbers as they lie in memory, whole spans, checksums, a file that takes
// another's place.
//
// Owns:    nothing.
// Threads: pure functions, or any thread on files of its own.
// Errors:  kIo; kCorrupt for a file that ends too early.
// Units:   bytes, little-endian; checksums are CRC-32.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace fovea::indexer {

static_assert(std::endian::native == std::endian::little, "the files are written as they lie in memory");

uint32_t Checksum(uint32_t so_far, const char* bytes, size_t size);
Status WriteAll(int fd, const char* bytes, size_t size);
Status ReadExactly(int fd, int64_t offset, char* bytes, size_t size);
// Writes beside `path` with `write(fd)`, syncs, renames over it, syncs the folder.
Status ReplaceFile(const std::string& path, const std::function<Status(int)>& write);

template <typename T>
void AppendNumber(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// Requires: that many bytes are there.
template <typename T>
T TakeNumber(std::string_view& in) {
  T number;
  std::memcpy(&number, in.data(), sizeof number);
  in.remove_prefix(sizeof number);
  return number;
}

}  // namespace fovea::indexer
