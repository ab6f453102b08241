#pragma once
// Whole numbers as Parquet's packed numbers and Thrift's compact encoding both write them: seven bits to a byte, the lowest first, and the
// eighth says that more follow.
//
// Owns:    nothing; reads bytes that the caller keeps.
// Threads: pure functions.
// Errors:  false where the bytes end within a number, or it has more than ten of them. What was read is gone from `bytes` then too.
// Units:   none.
#include <cstdint>
#include <string_view>

namespace fovea::daemon {

inline bool TakeVarint(std::string_view& bytes, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// Signed numbers: 0, -1, 1, -2 .. are written as 0, 1, 2, 3 ..
inline int64_t FromZigzag(uint64_t written) { return static_cast<int64_t>(written >> 1 ^ (~(written & 1) + 1)); }

}  // namespace fovea::daemon
