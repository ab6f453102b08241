#include "daemon/parquet/page_header.h"

#include "base/log.h"
#include "daemon/parquet/thrift_reader.h"

namespace fovea::daemon {
namespace {

constexpr uint64_t kMaxPage = uint64_t{512} << 20;  // some writers put a million rows into one

// What makes up the three kinds: the fields have other numbers in each.
struct FieldNumbers {
  int64_t encoding, level_encoding, level_bytes, ignored_level_bytes, compressed;
};
constexpr int64_t kNone = -1;
constexpr FieldNumbers kVersion1 = {2, 3, kNone, kNone, kNone}, kDictionary = {2, kNone, kNone, kNone, kNone}, kVersion2 = {4, kNone, 5, 6, 7};

uint64_t Count(ThriftReader& reader, ThriftKind kind, bool& sane) {
  const int64_t number = reader.Number(kind);
  sane = sane && number >= 0;
  return static_cast<uint64_t>(number);
}

void ReadKind(ThriftReader& reader, ThriftKind kind, const FieldNumbers& numbers, PageHeader& header, bool& sane) {
  reader.Struct(kind, [&](const ThriftField& field) {
    if (field.id == 1) header.values = Count(reader, field.kind, sane);
    else if (field.id == numbers.encoding) header.encoding = static_cast<PageEncoding>(reader.Number(field.kind));
    else if (field.id == numbers.level_encoding) header.level_encoding = static_cast<PageEncoding>(reader.Number(field.kind));
    else if (field.id == numbers.level_bytes) header.level_bytes = Count(reader, field.kind, sane);
    else if (field.id == numbers.ignored_level_bytes) header.ignored_level_bytes = Count(reader, field.kind, sane);
    else if (field.id == numbers.compressed) header.compressed = reader.Flag(field.kind);
    else reader.Skip(field.kind);
  });
}

}  // namespace

Result<PageHeader> ParsePageHeader(std::string_view bytes) {
  ThriftReader reader(bytes);
  PageHeader header;
  bool sane = true;
  reader.Struct(ThriftKind::kStruct, [&](const ThriftField& field) {
    switch (field.id) {
      case 1: header.kind = static_cast<PageKind>(reader.Number(field.kind)); break;
      case 2: header.plain_bytes = Count(reader, field.kind, sane); break;
      case 3: header.stored_bytes = Count(reader, field.kind, sane); break;
      case 4: header.crc = static_cast<uint32_t>(reader.Number(field.kind)); break;
      case 5: ReadKind(reader, field.kind, kVersion1, header, sane); break;
      case 7: ReadKind(reader, field.kind, kDictionary, header, sane); break;
      case 8: ReadKind(reader, field.kind, kVersion2, header, sane); break;
      default: reader.Skip(field.kind);
    }
  });
  header.header_bytes = reader.position();
  if (!reader.ok() || !sane) return Failed(Corrupt("a page's header is malformed"));
  if (header.plain_bytes > kMaxPage || header.stored_bytes > kMaxPage) {
    return Failed(Corrupt(StrCat("a page of ", header.plain_bytes, " bytes, ", header.stored_bytes, " of them stored; can read ", kMaxPage)));
  }
  const uint64_t levels = header.level_bytes + header.ignored_level_bytes;
  if (levels > header.plain_bytes || levels > header.stored_bytes) return Failed(Corrupt("a page's levels are larger than the page"));
  return header;
}

}  // namespace fovea::daemon
