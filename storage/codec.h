#pragma once
// ByteWriter and ByteReader write and read the primitives of which every stored value is made.
//
// Owns:    the writer its bytes; the reader nothing: what it reads must outlive it.
// Threads: value types; each object belongs to one thread at a time.
// Errors:  the reader remembers the first fault and gives zeros from then on; Finish() tells it as kCorrupt, or as
//          kUnsupported for a value of a newer format. It never reads past the end and checks a length before it allocates.
// Units:   numbers are little-endian; texts are a 32-bit length in bytes, then the bytes. docs/on-disk-format.md.
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace fovea::storage {

inline constexpr size_t kMaxTextBytes = 64 * 1024;

class ByteWriter {
 public:
  explicit ByteWriter(uint8_t format_version) { U8(format_version); }
  void U8(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void U32(uint32_t value) { LittleEndian(value); }
  void U64(uint64_t value) { LittleEndian(value); }
  void I32(int32_t value) { LittleEndian(static_cast<uint32_t>(value)); }
  void I64(int64_t value) { LittleEndian(static_cast<uint64_t>(value)); }
  void F64(double value);
  void Raw(std::string_view bytes) { bytes_.append(bytes); }
  void Raw(std::span<const uint8_t> bytes) { bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }
  // Cut at kMaxTextBytes, so that what is written can be read.
  void Text(std::string_view text);
  void Floats(std::span<const float> values);
  std::string Take() { return std::move(bytes_); }

 private:
  template <typename T>
  void LittleEndian(T value) {
    for (size_t i = 0; i < sizeof(T); ++i) U8(static_cast<uint8_t>(value >> (8 * i)));
  }
  std::string bytes_;
};

class ByteReader {
 public:
  // Reads the format version, which must be `format_version`.
  ByteReader(std::string_view bytes, uint8_t format_version);
  uint8_t U8() { return LittleEndian<uint8_t>(); }
  uint32_t U32() { return LittleEndian<uint32_t>(); }
  uint64_t U64() { return LittleEndian<uint64_t>(); }
  int32_t I32() { return static_cast<int32_t>(LittleEndian<uint32_t>()); }
  int64_t I64() { return static_cast<int64_t>(LittleEndian<uint64_t>()); }
  double F64();
  // As many bytes as `out` has.
  void Raw(std::span<uint8_t> out);
  std::string Text();
  // Fills `out` wholly with floats.
  void Floats(std::span<float> out);
  // All that is left; a view into the value.
  std::string_view Rest();
  // A byte that must be at most `largest`, such as an enum's.
  uint8_t Enum(uint8_t largest, std::string_view field);
  // Remembers a fault that the caller found, unless there is one already.
  void Fail(std::string fault);
  bool failed() const { return code_ != StatusCode::kOk; }
  size_t left() const { return left_.size(); }
  // Ok when all was read and nothing is left; else what is wrong with `what`.
  Status Finish(std::string_view what);
  // The same of what `describe()` says; it is asked when something is wrong, for a million values are read where a text is made once.
  template <std::invocable Describe>
  Status Finish(const Describe& describe) {
    return !failed() && left_.empty() ? Status::Ok() : Finish(std::string_view(describe()));
  }

 private:
  std::string_view Take(size_t size);
  template <typename T>
  T LittleEndian() {
    const std::string_view bytes = Take(sizeof(T));
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size(); ++i) value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
    return static_cast<T>(value);
  }

  std::string_view left_;
  const size_t size_;
  StatusCode code_ = StatusCode::kOk;
  std::string fault_;
};

}  // namespace fovea::storage
