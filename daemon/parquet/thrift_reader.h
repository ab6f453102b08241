#pragma once
// ThriftReader walks through a structure in Thrift's compact encoding, in which Parquet describes itself. The caller takes the fields that it
// knows and skips all others.
//
// Owns:    nothing; gives views into the bytes it was made of.
// Threads: a value of one thread.
// Errors:  after the first mistake (a cut, another kind than was asked for, nesting deeper than 32) ok() is false, numbers are 0 and texts
//          empty; so ok() need be asked only once, at the end.
// Units:   bytes.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace fovea::daemon {

// The numbers are the encoding's own; kStop stands where a structure ends.
enum class ThriftKind : uint8_t {
  kStop = 0, kTrue = 1, kFalse = 2, kByte = 3, kI16 = 4, kI32 = 5, kI64 = 6, kDouble = 7, kBinary = 8, kList = 9, kSet = 10, kStruct = 12
};

struct ThriftField {
  int16_t id = 0;
  ThriftKind kind = ThriftKind::kTrue;
};

class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}

  bool ok() const { return ok_; }
  size_t position() const { return size_ - rest_.size(); }

  // `on_field` is called for each field, `on_element` for each element; each takes its value with one of the calls below.
  void Struct(ThriftKind kind, const std::function<void(const ThriftField&)>& on_field);
  void List(ThriftKind kind, const std::function<void(ThriftKind)>& on_element);
  int64_t Number(ThriftKind kind);
  bool Flag(ThriftKind kind);
  std::string_view Binary(ThriftKind kind);
  void Skip(ThriftKind kind);

 private:
  void Fail();
  bool Enter(bool right_kind);
  uint8_t Byte();
  uint64_t Varint();
  std::string_view Take(uint64_t size);

  std::string_view rest_;
  size_t size_;
  int depth_ = 0;
  bool ok_ = true;
};

}  // namespace fovea::daemon
