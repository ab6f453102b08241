#pragma once
// The two ways in which Parquet packs whole numbers: runs and bits (levels, places in a dictionary), and differences (lengths).
//
// Owns:    nothing; both read bytes that must outlive them.
// Threads: values of one thread.
// Errors:  Next is false when the numbers end or are malformed; nothing is read past the bytes.
// Units:   widths in bits.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fovea::daemon {

class RunReader {
 public:
  // Requires: width <= 32. Numbers of no width are all 0, and take no bytes.
  RunReader(std::string_view bytes, unsigned width) : rest_(bytes), width_(width) {}
  bool Next(uint32_t& value);

 private:
  bool BeginRun();

  std::string_view rest_, packed_;  // packed_: the bits of this run; empty when it repeats one number
  unsigned width_;
  uint32_t repeated_ = 0;
  uint64_t left_ = 0;  // of this run
  size_t bit_ = 0;     // in packed_
};

class DeltaReader {
 public:
  DeltaReader() = default;
  // Reads the head. False when it is malformed or speaks of more than `most` numbers.
  bool Open(std::string_view bytes, uint64_t most);
  bool Next(int64_t& value);
  // The bytes behind the last number; walks there, so that it takes as long as reading them all. False when they are malformed.
  bool Behind(std::string_view& bytes) const;

 private:
  bool BeginBlock();

  std::string_view rest_, widths_, packed_;  // widths_: of the packs of this block that are to come
  uint64_t packs_ = 0, pack_size_ = 0;       // packs per block, numbers per pack
  uint64_t left_ = 0, left_in_pack_ = 0;
  uint64_t value_ = 0, least_ = 0;           // modulo 2^64, as the format has it; least_: the smallest difference of this block
  unsigned width_ = 0;
  size_t bit_ = 0;
  bool first_ = true;
};

}  // namespace fovea::daemon
