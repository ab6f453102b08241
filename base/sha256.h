#pragma once
// Sha256 hashes bytes; a photo's identity is the SHA-256 of its file.
//
// Owns:    nothing.
// Threads: any thread may call; no state is shared.
// Errors:  kIo from the file read.
// Units:   a digest is 32 raw bytes; ToHex writes 64 lower-case digits.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace fovea {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(std::string_view bytes);
// The digest of the whole open file; its offset is left alone.
Result<Sha256Digest> Sha256OfFile(int fd);
std::string ToHex(const Sha256Digest& digest);

}  // namespace fovea
