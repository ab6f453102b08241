#include "daemon/parquet/parquet_footer.h"

#include <optional>
#include <string>

#include "base/log.h"
#include "daemon/parquet/thrift_reader.h"

namespace fovea::daemon {
namespace {

constexpr uint64_t kMagicBytes = 4;
constexpr int64_t kByteArray = 6;
enum Repetition : int64_t { kRequired = 0, kOptional = 1 };

// As they stand in the file; nothing is checked yet. Numbers of -1 are missing.
struct SchemaElement {
  std::string_view name;
  int64_t type = -1;  // of a group
  int64_t repetition = kRequired;
  int64_t children = 0;
};

struct StoredChunk {
  bool elsewhere = false, encrypted = false;
  bool is_wanted = false;
  int64_t codec = 0, values = 0, bytes = 0, data_offset = 0, dictionary_offset = 0;
};

struct RowGroup {
  int64_t rows = -1;
  std::optional<StoredChunk> chunk;  // of the wanted column
};

struct Footer {
  int64_t rows = -1;
  std::vector<SchemaElement> schema;
  std::vector<RowGroup> groups;
};

SchemaElement ReadElement(ThriftReader& reader, ThriftKind kind) {
  SchemaElement element;
  reader.Struct(kind, [&](const ThriftField& field) {
    switch (field.id) {
      case 1: element.type = reader.Number(field.kind); break;
      case 3: element.repetition = reader.Number(field.kind); break;
      case 4: element.name = reader.Binary(field.kind); break;
      case 5: element.children = reader.Number(field.kind); break;
      default: reader.Skip(field.kind);
    }
  });
  return element;
}

// Whether it is the path of a column of the table itself.
bool IsPath(ThriftReader& reader, ThriftKind kind, std::string_view name) {
  std::vector<std::string_view> parts;
  reader.List(kind, [&](ThriftKind part) { parts.push_back(reader.Binary(part)); });
  return parts.size() == 1 && parts.front() == name;
}

void ReadChunkFacts(ThriftReader& reader, ThriftKind kind, std::string_view name, StoredChunk& chunk) {
  reader.Struct(kind, [&](const ThriftField& field) {
    switch (field.id) {
      case 3: chunk.is_wanted = IsPath(reader, field.kind, name); break;
      case 4: chunk.codec = reader.Number(field.kind); break;
      case 5: chunk.values = reader.Number(field.kind); break;
      case 7: chunk.bytes = reader.Number(field.kind); break;
      case 9: chunk.data_offset = reader.Number(field.kind); break;
      case 11: chunk.dictionary_offset = reader.Number(field.kind); break;
      default: reader.Skip(field.kind);
    }
  });
}

StoredChunk ReadChunk(ThriftReader& reader, ThriftKind kind, std::string_view name) {
  StoredChunk chunk;
  reader.Struct(kind, [&](const ThriftField& field) {
    switch (field.id) {
      case 1: chunk.elsewhere = !reader.Binary(field.kind).empty(); break;
      case 3: ReadChunkFacts(reader, field.kind, name, chunk); break;
      case 8:
        chunk.encrypted = true;
        reader.Skip(field.kind);
        break;
      default: reader.Skip(field.kind);
    }
  });
  return chunk;
}

RowGroup ReadGroup(ThriftReader& reader, ThriftKind kind, std::string_view name) {
  RowGroup group;
  reader.Struct(kind, [&](const ThriftField& field) {
    switch (field.id) {
      case 1:
        reader.List(field.kind, [&](ThriftKind element) {
          const StoredChunk chunk = ReadChunk(reader, element, name);
          if (chunk.is_wanted) group.chunk = chunk;
        });
        break;
      case 3: group.rows = reader.Number(field.kind); break;
      default: reader.Skip(field.kind);
    }
  });
  return group;
}

std::optional<Footer> ReadFooter(std::string_view bytes, std::string_view name) {
  ThriftReader reader(bytes);
  Footer footer;
  reader.Struct(ThriftKind::kStruct, [&](const ThriftField& field) {
    switch (field.id) {
      case 2: reader.List(field.kind, [&](ThriftKind element) { footer.schema.push_back(ReadElement(reader, element)); }); break;
      case 3: footer.rows = reader.Number(field.kind); break;
      case 4: reader.List(field.kind, [&](ThriftKind element) { footer.groups.push_back(ReadGroup(reader, element, name)); }); break;
      default: reader.Skip(field.kind);
    }
  });
  return reader.ok() ? std::optional<Footer>(std::move(footer)) : std::nullopt;
}

// The schema is a tree, written depth first; its root is the table. Nothing when no column of the table itself has that name.
const SchemaElement* FindColumn(const std::vector<SchemaElement>& schema, std::string_view name) {
  int64_t open = 0;  // elements to come of the column that is passed through
  for (size_t i = 1; i < schema.size(); ++i) {
    if (open == 0 && schema[i].name == name) return &schema[i];
    if (open > 0) --open;
    if (schema[i].children < 0 || schema[i].children > static_cast<int64_t>(schema.size())) return nullptr;
    open += schema[i].children;
  }
  return nullptr;
}

Result<ParquetChunk> CheckChunk(const RowGroup& group, uint64_t data_end) {
  if (!group.chunk) return Failed(Corrupt("a row group without the column"));
  const StoredChunk& stored = *group.chunk;
  if (stored.elsewhere) return Failed(Unsupported("its columns lie in other files"));
  if (stored.encrypted) return Failed(Unsupported("the column is encrypted"));
  // Some writers leave the dictionary's place 0 and mean it by that of the data.
  const bool apart = stored.dictionary_offset > 0 && stored.dictionary_offset < stored.data_offset;
  const int64_t begin = apart ? stored.dictionary_offset : stored.data_offset;
  ParquetChunk chunk{.begin = static_cast<uint64_t>(begin), .rows = static_cast<uint64_t>(group.rows), .codec = static_cast<PageCodec>(stored.codec)};
  const bool inside = begin >= static_cast<int64_t>(kMagicBytes) && chunk.begin <= data_end && stored.bytes >= 0 &&
                      static_cast<uint64_t>(stored.bytes) <= data_end - chunk.begin;
  if (group.rows < 0 || stored.values != group.rows) return Failed(Corrupt(StrCat("a row group of ", group.rows, " rows, with ", stored.values, " values")));
  if (!inside && group.rows > 0) return Failed(Corrupt(StrCat("a column of ", stored.bytes, " bytes at ", begin, ", its data end at ", data_end)));
  chunk.end = chunk.begin + static_cast<uint64_t>(stored.bytes);
  return chunk;
}

}  // namespace

Result<ParquetColumn> ReadParquetFooter(std::string_view bytes, std::string_view name, uint64_t data_end) {
  const std::optional<Footer> footer = ReadFooter(bytes, name);
  if (!footer) return Failed(Corrupt("its footer is malformed"));
  const SchemaElement* element = FindColumn(footer->schema, name);
  if (element == nullptr) return Failed(NotFound(StrCat("no column \"", name, "\"")));
  if (element->type != kByteArray || (element->repetition != kRequired && element->repetition != kOptional)) {
    return Failed(Unsupported(StrCat("the column \"", name, "\" holds something else than one text per row")));
  }
  ParquetColumn column{.nullable = element->repetition == kOptional};
  for (const RowGroup& group : footer->groups) {
    ASSIGN_OR_RETURN(const ParquetChunk chunk, CheckChunk(group, data_end));
    if (chunk.rows == 0) continue;
    column.rows += chunk.rows;
    column.chunks.push_back(chunk);
    if (footer->rows < 0 || column.rows > static_cast<uint64_t>(footer->rows)) break;  // before the sum could wrap
  }
  if (column.rows != static_cast<uint64_t>(footer->rows)) {
    return Failed(Corrupt(StrCat("its footer speaks of ", footer->rows, " rows, its row groups have ", column.rows)));
  }
  return column;
}

}  // namespace fovea::daemon
