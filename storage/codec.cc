#include "storage/codec.h"

#include <bit>
#include <cstring>

#include "base/log.h"

namespace fovea::storage {

static_assert(std::endian::native == std::endian::little, "floats are copied as they lie in memory");

void ByteWriter::F64(double value) { U64(std::bit_cast<uint64_t>(value)); }

void ByteWriter::Text(std::string_view text) {
  text = text.substr(0, kMaxTextBytes);
  U32(static_cast<uint32_t>(text.size()));
  Raw(text);
}

void ByteWriter::Floats(std::span<const float> values) {
  bytes_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

ByteReader::ByteReader(std::string_view bytes, uint8_t format_version) : left_(bytes), size_(bytes.size()) {
  const uint8_t found = U8();
  if (failed() || found == format_version) return;
  code_ = found > format_version ? StatusCode::kUnsupported : StatusCode::kCorrupt;
  fault_ = StrCat("found format version ", int{found}, ", can read ", int{format_version});
  left_ = {};
}

std::string_view ByteReader::Take(size_t size) {
  if (failed()) return {};
  if (size > left_.size()) {
    Fail(StrCat("cut off after ", size_, " bytes"));
    return {};
  }
  const std::string_view taken = left_.substr(0, size);
  left_.remove_prefix(size);
  return taken;
}

double ByteReader::F64() { return std::bit_cast<double>(U64()); }

void ByteReader::Raw(std::span<uint8_t> out) {
  const std::string_view bytes = Take(out.size());
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
}

std::string ByteReader::Text() {
  const uint32_t size = U32();
  if (size > kMaxTextBytes) Fail(StrCat("a text of ", size, " bytes, at most ", kMaxTextBytes, " are allowed"));
  return std::string(Take(size));
}

void ByteReader::Floats(std::span<float> out) {
  const std::string_view bytes = Take(out.size_bytes());
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
}

std::string_view ByteReader::Rest() { return Take(left_.size()); }

uint8_t ByteReader::Enum(uint8_t largest, std::string_view field) {
  const uint8_t value = U8();
  if (value <= largest) return value;
  Fail(StrCat(field, " is ", int{value}, ", the largest known is ", int{largest}));
  return 0;
}

void ByteReader::Fail(std::string fault) {
  if (failed()) return;
  code_ = StatusCode::kCorrupt;
  fault_ = std::move(fault);
  left_ = {};
}

Status ByteReader::Finish(std::string_view what) {
  if (!left_.empty()) Fail(StrCat(left_.size(), " bytes too many"));
  if (!failed()) return Status::Ok();
  return Status(code_, StrCat("read ", what, ": ", fault_));
}

}  // namespace fovea::storage
