#include "daemon/parquet/thrift_reader.h"

#include "daemon/parquet/varint.h"

namespace fovea::daemon {
namespace {

constexpr int kMaxDepth = 32;

bool IsFlag(ThriftKind kind) { return kind == ThriftKind::kTrue || kind == ThriftKind::kFalse; }

}  // namespace

void ThriftReader::Fail() {
  ok_ = false;
  rest_ = {};
}

std::string_view ThriftReader::Take(uint64_t size) {
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

uint8_t ThriftReader::Byte() {
  const std::string_view byte = Take(1);
  return byte.empty() ? uint8_t{0} : static_cast<uint8_t>(byte.front());
}

uint64_t ThriftReader::Varint() {
  uint64_t value = 0;
  if (TakeVarint(rest_, value)) return value;
  Fail();
  return 0;
}

bool ThriftReader::Enter(bool right_kind) {
  if (!right_kind || depth_ >= kMaxDepth) Fail();
  return ok_;
}

void ThriftReader::Struct(ThriftKind kind, const std::function<void(const ThriftField&)>& on_field) {
  if (!Enter(kind == ThriftKind::kStruct)) return;
  ++depth_;
  for (ThriftField field; ok_;) {
    const uint8_t head = Byte();
    if (!ok_ || head == static_cast<uint8_t>(ThriftKind::kStop)) break;
    field.kind = static_cast<ThriftKind>(head & 0x0f);
    field.id = static_cast<int16_t>(head >> 4 != 0 ? field.id + (head >> 4) : FromZigzag(Varint()));
    if (ok_) on_field(field);
  }
  --depth_;
}

void ThriftReader::List(ThriftKind kind, const std::function<void(ThriftKind)>& on_element) {
  if (!Enter(kind == ThriftKind::kList || kind == ThriftKind::kSet)) return;
  ++depth_;
  const uint8_t head = Byte();
  const uint64_t count = head >> 4 == 0x0f ? Varint() : uint64_t{head} >> 4;
  const auto element = static_cast<ThriftKind>(head & 0x0f);
  for (uint64_t i = 0; ok_ && i < count; ++i) {
    if (IsFlag(element)) on_element(Byte() == 1 ? ThriftKind::kTrue : ThriftKind::kFalse);
    else on_element(element);
  }
  --depth_;
}

int64_t ThriftReader::Number(ThriftKind kind) {
  switch (kind) {
    case ThriftKind::kByte: return static_cast<int8_t>(Byte());
    case ThriftKind::kI16:
    case ThriftKind::kI32:
    case ThriftKind::kI64: return FromZigzag(Varint());
    default: Fail(); return 0;
  }
}

bool ThriftReader::Flag(ThriftKind kind) {
  if (!IsFlag(kind)) Fail();
  return kind == ThriftKind::kTrue;
}

std::string_view ThriftReader::Binary(ThriftKind kind) {
  if (kind != ThriftKind::kBinary) Fail();
  return Take(Varint());
}

void ThriftReader::Skip(ThriftKind kind) {
  switch (kind) {
    case ThriftKind::kTrue:
    case ThriftKind::kFalse: return;
    case ThriftKind::kDouble: Take(8); return;
    case ThriftKind::kBinary: Binary(kind); return;
    case ThriftKind::kStruct: Struct(kind, [this](const ThriftField& field) { Skip(field.kind); }); return;
    case ThriftKind::kList:
    case ThriftKind::kSet: List(kind, [this](ThriftKind element) { Skip(element); }); return;
    default: Number(kind);  // refuses maps too, which Parquet has none of
  }
}

}  // namespace fovea::daemon
