#include "encoder/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr std::string_view kLocalMagic("PK\x03\x04", 4), kCentralMagic("PK\x01\x02", 4), kEndMagic("PK\x05\x06", 4);
constexpr std::string_view kEnd64Magic("PK\x06\x06", 4), kLocator64Magic("PK\x06\x07", 4);
constexpr int64_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr int64_t kMostCommentBytes = 0xffff;
constexpr int64_t kMostDirectoryBytes = 64 << 20;
constexpr uint64_t kIn64 = 0xffffffff;  // "the figure stands in the 64-bit field"
constexpr uint16_t kExtra64 = 1;
constexpr uint16_t kEncrypted = 1;

// Little-endian figures of a record. Requires: the record is long enough.
template <typename T>
T Get(std::string_view record, size_t at) {
  T value = 0;
  std::memcpy(&value, record.data() + at, sizeof(value));
  return value;
}

Result<std::string> ReadRecord(const TensorFile& file, int64_t offset, int64_t bytes) {
  if (offset < 0 || bytes < 0 || bytes > file.size_bytes() || offset > file.size_bytes() - bytes) {
    return Failed(Corrupt(StrCat(file.path(), ": zip record at byte ", offset, " of ", bytes, " bytes lies outside the file's ", file.size_bytes())));
  }
  std::string record(static_cast<size_t>(bytes), '\0');
  RETURN_IF_ERROR(file.Read(offset, std::as_writable_bytes(std::span(record))));
  return record;
}

struct DirectoryPlace {
  int64_t offset = 0;
  int64_t bytes = 0;
};

// The two figures are taken as unsigned and must make a range inside the `limit` first bytes.
Result<DirectoryPlace> CheckedPlace(const TensorFile& file, uint64_t offset, uint64_t bytes, int64_t limit) {
  const auto most = static_cast<uint64_t>(limit);
  if (bytes > most || offset > most - bytes || bytes > static_cast<uint64_t>(kMostDirectoryBytes)) {
    return Failed(Corrupt(StrCat(file.path(), ": zip directory of ", bytes, " bytes at ", offset, " does not fit a file of ", file.size_bytes())));
  }
  return DirectoryPlace{.offset = static_cast<int64_t>(offset), .bytes = static_cast<int64_t>(bytes)};
}

// The 64-bit twin of the end record, where there is one: its locator stands right before the end record.
Result<std::optional<DirectoryPlace>> FindDirectory64(const TensorFile& file, int64_t end_offset) {
  if (end_offset < kLocator64Bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string locator, ReadRecord(file, end_offset - kLocator64Bytes, kLocator64Bytes));
  if (!locator.starts_with(kLocator64Magic)) return std::nullopt;
  const auto at = Get<uint64_t>(locator, 8);
  if (at > static_cast<uint64_t>(end_offset)) return Failed(Corrupt(StrCat(file.path(), ": zip64 end record at ", at, " lies outside the file")));
  ASSIGN_OR_RETURN(const std::string end, ReadRecord(file, static_cast<int64_t>(at), kEnd64Bytes));
  if (!end.starts_with(kEnd64Magic)) return Failed(Corrupt(file.path() + ": zip64 end record is not where the file says"));
  ASSIGN_OR_RETURN(const DirectoryPlace place, CheckedPlace(file, Get<uint64_t>(end, 48), Get<uint64_t>(end, 40), static_cast<int64_t>(at)));
  return place;
}

// The end record is the last thing in the file but for a comment.
Result<DirectoryPlace> FindDirectory(const TensorFile& file) {
  const int64_t tail_bytes = std::min(file.size_bytes(), kEndBytes + kMostCommentBytes);
  const int64_t tail_offset = file.size_bytes() - tail_bytes;
  ASSIGN_OR_RETURN(const std::string tail, ReadRecord(file, tail_offset, tail_bytes));
  const size_t found = tail.rfind(kEndMagic);
  if (found == std::string::npos || tail.size() - found < static_cast<size_t>(kEndBytes)) {
    return Failed(Corrupt(file.path() + ": zip archive without its end: the file is cut"));
  }
  const std::string_view end = std::string_view(tail).substr(found);
  if (Get<uint16_t>(end, 20) != end.size() - static_cast<size_t>(kEndBytes)) {
    return Failed(Corrupt(file.path() + ": zip archive is cut, or bytes follow it"));
  }
  const int64_t end_offset = tail_offset + static_cast<int64_t>(found);
  ASSIGN_OR_RETURN(const std::optional<DirectoryPlace> place64, FindDirectory64(file, end_offset));
  if (place64) return *place64;
  if (Get<uint16_t>(end, 4) != 0) return Failed(Unsupported(file.path() + ": zip archive in several volumes"));
  return CheckedPlace(file, Get<uint32_t>(end, 16), Get<uint32_t>(end, 12), end_offset);
}

// The 64-bit figures of an entry stand in an extra field, in this order and only those that did not fit 32 bits.
bool Replace64(std::string_view extra, std::initializer_list<uint64_t*> figures) {
  const bool needed = std::ranges::any_of(figures, [](const uint64_t* figure) { return *figure == kIn64; });
  if (!needed) return true;
  while (extra.size() >= 4) {
    const auto id = Get<uint16_t>(extra, 0);
    const auto bytes = static_cast<size_t>(Get<uint16_t>(extra, 2));
    if (bytes > extra.size() - 4) return false;
    std::string_view field = extra.substr(4, bytes);
    extra.remove_prefix(4 + bytes);
    if (id != kExtra64) continue;
    for (uint64_t* figure : figures) {
      if (*figure != kIn64) continue;
      if (field.size() < 8) return false;
      *figure = Get<uint64_t>(field, 0);
      field.remove_prefix(8);
    }
    return true;
  }
  return false;
}

// Takes one entry from the front of `rest`; `limit` is where the directory begins.
Result<std::pair<std::string, ZipEntry>> TakeEntry(const TensorFile& file, std::string_view& rest, int64_t limit) {
  const Status damaged = Corrupt(file.path() + ": zip directory is damaged");
  if (rest.size() < static_cast<size_t>(kCentralBytes) || !rest.starts_with(kCentralMagic)) return Failed(damaged);
  const size_t name_bytes = Get<uint16_t>(rest, 28), extra_bytes = Get<uint16_t>(rest, 30), comment_bytes = Get<uint16_t>(rest, 32);
  const size_t whole = static_cast<size_t>(kCentralBytes) + name_bytes + extra_bytes + comment_bytes;
  if (rest.size() < whole) return Failed(damaged);
  std::string name(rest.substr(static_cast<size_t>(kCentralBytes), name_bytes));
  uint64_t content = Get<uint32_t>(rest, 24), bytes = Get<uint32_t>(rest, 20), offset = Get<uint32_t>(rest, 42);
  if (!Replace64(rest.substr(static_cast<size_t>(kCentralBytes) + name_bytes, extra_bytes), {&content, &bytes, &offset})) return Failed(damaged);
  if (bytes > static_cast<uint64_t>(limit) || offset > static_cast<uint64_t>(limit) - bytes) {
    return Failed(Corrupt(StrCat(file.path(), ": zip entry \"", name, "\" of ", bytes, " bytes at ", offset, " reaches over the archive's ", limit)));
  }
  const bool stored = Get<uint16_t>(rest, 10) == 0 && (Get<uint16_t>(rest, 8) & kEncrypted) == 0 && content == bytes;
  const ZipEntry entry = {.header_offset = static_cast<int64_t>(offset), .bytes = static_cast<int64_t>(bytes),
                          .crc32 = Get<uint32_t>(rest, 16), .stored = stored};
  rest.remove_prefix(whole);
  return std::pair(std::move(name), entry);
}

}  // namespace

bool LooksLikeZip(std::string_view beginning) { return beginning.starts_with(kLocalMagic); }

Result<ZipDirectory> ReadZipDirectory(const TensorFile& file) {
  ASSIGN_OR_RETURN(const DirectoryPlace place, FindDirectory(file));
  ASSIGN_OR_RETURN(const std::string records, ReadRecord(file, place.offset, place.bytes));
  ZipDirectory entries;
  for (std::string_view rest = records; !rest.empty();) {
    ASSIGN_OR_RETURN(auto entry, TakeEntry(file, rest, place.offset));
    if (!entries.insert(entry).second) return Failed(Corrupt(StrCat(file.path(), ": zip entry \"", entry.first, "\" stands twice in the directory")));
  }
  return entries;
}

Result<int64_t> ZipDataOffset(const TensorFile& file, const std::string& name, const ZipEntry& entry) {
  const std::string where = StrCat(file.path(), ": zip entry \"", name, "\"");
  if (!entry.stored) return Failed(Unsupported(where + " is compressed or encrypted, expected it as it is (torch.save writes it so)"));
  ASSIGN_OR_RETURN(const std::string header, ReadRecord(file, entry.header_offset, kLocalBytes));
  if (!header.starts_with(kLocalMagic)) return Failed(Corrupt(where + " does not begin where the directory says"));
  const int64_t offset = entry.header_offset + kLocalBytes + Get<uint16_t>(header, 26) + Get<uint16_t>(header, 28);
  if (offset > file.size_bytes() - entry.bytes) return Failed(Corrupt(where + " reaches over the end of the file"));
  return offset;
}

}  // namespace fovea::encoder
