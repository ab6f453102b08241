#include "indexer/duplicates_record.h"

#include <algorithm>

#include "storage/codec.h"

namespace fovea::indexer {

using storage::ByteReader;
using storage::ByteWriter;
using storage::PhotoId;

namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kGroupBytes = 1 + 8 + 4, kMemberBytes = 8 + 4;

float ReadFloat(ByteReader& reader) {
  float value = 0;
  reader.Floats(std::span(&value, 1));
  return value;
}

DuplicateGroup ReadGroup(ByteReader& reader) {
  DuplicateGroup group;
  group.kind = static_cast<DuplicateKind>(reader.Enum(kDuplicateKinds - 1, "kind of a group"));
  group.keep = PhotoId{reader.U64()};
  const size_t members = reader.U32();
  if (members == 0 || members > reader.left() / kMemberBytes) reader.Fail("a group says that it has members that are not there");
  for (size_t i = 0; i < members && !reader.failed(); ++i) {
    const PhotoId id{reader.U64()};
    group.members.push_back({id, ReadFloat(reader)});
  }
  return group;
}

}  // namespace

std::string EncodeDuplicates(const DuplicateReport& report) {
  ByteWriter writer(kVersion);
  writer.U64(report.run);
  writer.I64(report.made_at_ms);
  writer.Text(report.model);
  writer.Floats(std::array{report.levels.copies, report.levels.bursts});
  writer.U64(report.photos);
  writer.U64(report.last.value);
  writer.U32(static_cast<uint32_t>(report.groups.size()));
  for (const DuplicateGroup& group : report.groups) {
    writer.U8(static_cast<uint8_t>(group.kind));
    writer.U64(group.keep.value);
    writer.U32(static_cast<uint32_t>(group.members.size()));
    for (const auto& member : group.members) {
      writer.U64(member.id.value);
      writer.Floats(std::span(&member.score, 1));
    }
  }
  return writer.Take();
}

Result<DuplicateReport> DecodeDuplicates(std::string_view bytes) {
  ByteReader reader(bytes, kVersion);
  DuplicateReport report;
  report.run = reader.U64();
  report.made_at_ms = reader.I64();
  report.model = reader.Text();
  report.levels.copies = ReadFloat(reader);
  report.levels.bursts = ReadFloat(reader);
  report.photos = reader.U64();
  report.last = PhotoId{reader.U64()};
  const size_t groups = reader.U32();
  if (groups > reader.left() / (kGroupBytes + kMemberBytes)) reader.Fail("it says that it has groups that are not there");
  for (size_t i = 0; i < groups && !reader.failed(); ++i) report.groups.push_back(ReadGroup(reader));
  if (!std::ranges::is_sorted(report.groups, {}, &DuplicateGroup::kind)) reader.Fail("its groups are not in order");
  RETURN_IF_ERROR(reader.Finish("the report on duplicates"));
  return report;
}

}  // namespace fovea::indexer
