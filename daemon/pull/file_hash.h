#pragma once
// CheckHash compares a file, as it lies on disk, with the hash that its source has published.
//
// Owns:    nothing.
// Threads: any; reads the whole file.
// Errors:  kCorrupt with both hashes; kIo from reading; kCancelled.
// Units:   hashes as lower-case hexadecimal digits.
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"

namespace fovea::daemon {

struct FileHash {
  enum class Kind { kSha256, kGitBlob } kind = Kind::kSha256;  // kGitBlob: SHA-1 of "blob <size>\0" and the bytes
  std::string digits;
};

Status CheckHash(const std::string& path, const FileHash& expected, const std::stop_token& stop);

}  // namespace fovea::daemon
