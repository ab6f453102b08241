#include "daemon/parquet/parquet_strings.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"

namespace fovea::daemon {
namespace {

constexpr std::string_view kMagic = "PAR1", kEncryptedMagic = "PARE";
constexpr uint64_t kTail = 8;  // the footer's size, and the magic again
constexpr uint64_t kMaxFooter = uint64_t{64} << 20;
constexpr uint64_t kMaxPageHeader = 64 * 1024;  // holds the smallest and largest text, cut to some length by those who write it

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

bool Matches(uint32_t crc, std::string_view bytes) {
  return ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())) == crc;
}

}  // namespace

Result<std::unique_ptr<ParquetStrings>> ParquetStrings::Open(const std::string& path, std::string_view column) {
  std::unique_ptr<ParquetStrings> strings(new ParquetStrings);
  if (const Status opened = strings->OpenFile(path, column); !opened.ok()) return Failed(opened.WithContext(StrCat("read \"", path, "\"")));
  return strings;
}

Status ParquetStrings::OpenFile(const std::string& path, std::string_view column) {
  path_ = path;
  ASSIGN_OR_RETURN(fd_, OpenForRead(path));
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) return FromErrno(errno, "stat");
  const auto bytes = static_cast<uint64_t>(info.st_size);
  if (bytes < kMagic.size() + kTail) return Corrupt("it is no Parquet file");
  ASSIGN_OR_RETURN(const std::string magic, ReadAt(0, kMagic.size()));
  ASSIGN_OR_RETURN(const std::string tail, ReadAt(bytes - kTail, kTail));
  if (tail.ends_with(kEncryptedMagic)) return Unsupported("it is encrypted");
  if (magic != kMagic) return Corrupt("it is no Parquet file");
  if (!tail.ends_with(kMagic)) return Corrupt("it does not end as a Parquet file does; is it cut?");
  const uint64_t size = LittleEndian(tail), most = bytes - kMagic.size() - kTail;
  if (size > std::min(most, kMaxFooter)) return Corrupt(StrCat("a footer of ", size, " bytes in a file of ", bytes));
  ASSIGN_OR_RETURN(const std::string footer, ReadAt(bytes - kTail - size, size));
  ASSIGN_OR_RETURN(column_, ReadParquetFooter(footer, column, bytes - kTail - size));
  return Status();
}

Result<std::string> ParquetStrings::ReadAt(uint64_t offset, uint64_t size) const {
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t got = ::pread(fd_.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(FromErrno(errno, "read"));
    if (got == 0) return Failed(Corrupt("it became shorter while it was read"));
    done += static_cast<size_t>(got);
  }
  return bytes;
}

Result<std::optional<std::string_view>> ParquetStrings::Next() {
  auto text = NextOfChunks();
  ++record_;
  if (!text) return Failed(text.error().WithContext(StrCat("read \"", path_, "\", record ", record_)));
  return text;
}

Result<std::optional<std::string_view>> ParquetStrings::NextOfChunks() {
  while (page_.left() == 0) {
    if (chunk_.rows == 0) {
      chunk_ = column_.chunks[next_chunk_++];
      dictionary_.clear();
    }
    if (chunk_.begin == chunk_.end) return Failed(Corrupt(StrCat("the column ends ", chunk_.rows, " rows before its row group")));
    RETURN_IF_ERROR(ReadPage());
  }
  return page_.Next();
}

Status ParquetStrings::ReadPage() {
  ASSIGN_OR_RETURN(const std::string head, ReadAt(chunk_.begin, std::min(chunk_.end - chunk_.begin, kMaxPageHeader)));
  ASSIGN_OR_RETURN(const PageHeader header, ParsePageHeader(head));
  chunk_.begin += header.header_bytes;
  if (header.stored_bytes > chunk_.end - chunk_.begin) {
    return Corrupt(StrCat("a page of ", header.stored_bytes, " bytes where the column has ", chunk_.end - chunk_.begin, " left"));
  }
  const uint64_t begin = chunk_.begin;
  chunk_.begin += header.stored_bytes;
  switch (header.kind) {
    case PageKind::kIndex: return Status();
    case PageKind::kDictionary: return BeginDictionary(header, begin);
    case PageKind::kData:
    case PageKind::kDataV2: return BeginPage(header, begin);
  }
  return Corrupt(StrCat("a page of kind ", static_cast<int64_t>(header.kind)));
}

Result<std::string> ParquetStrings::ReadBody(const PageHeader& header, uint64_t begin) const {
  ASSIGN_OR_RETURN(std::string stored, ReadAt(begin, header.stored_bytes));
  if (header.crc && !Matches(*header.crc, stored)) return Failed(Corrupt("a page does not match its checksum"));
  const uint64_t levels = header.ignored_level_bytes + header.level_bytes;  // are never compressed
  const PageCodec codec = header.compressed ? chunk_.codec : PageCodec::kNone;
  if (header.plain_bytes == levels) return stored.substr(0, levels);
  ASSIGN_OR_RETURN(std::string plain, Decompress(codec, std::string_view(stored).substr(levels), header.plain_bytes - levels));
  return plain.insert(0, stored, 0, levels);
}

Status ParquetStrings::BeginDictionary(const PageHeader& header, uint64_t begin) {
  ASSIGN_OR_RETURN(dictionary_bytes_, ReadBody(header, begin));
  ASSIGN_OR_RETURN(dictionary_, ReadDictionary(dictionary_bytes_, header.values));
  return Status();
}

Status ParquetStrings::BeginPage(const PageHeader& header, uint64_t begin) {
  if (header.values > chunk_.rows) return Corrupt(StrCat("a page of ", header.values, " rows where the row group has ", chunk_.rows, " left"));
  ASSIGN_OR_RETURN(bytes_, ReadBody(header, begin));
  PageContent content{.levels = {}, .values = bytes_, .encoding = header.encoding, .rows = header.values, .nullable = column_.nullable};
  if (header.kind == PageKind::kDataV2) {
    content.levels = content.values.substr(header.ignored_level_bytes, header.level_bytes);
    content.values.remove_prefix(header.ignored_level_bytes + header.level_bytes);
  } else if (column_.nullable) {
    if (header.level_encoding != PageEncoding::kRuns) return Unsupported(StrCat("levels in encoding ", static_cast<int64_t>(header.level_encoding)));
    const uint64_t size = content.values.size() < 4 ? UINT64_MAX : LittleEndian(content.values);
    if (size > content.values.size() - 4) return Corrupt("a page's levels are larger than the page");
    content.levels = content.values.substr(4, size);
    content.values.remove_prefix(4 + size);
  }
  ASSIGN_OR_RETURN(page_, PageStrings::Open(content, dictionary_));
  chunk_.rows -= header.values;
  return Status();
}

}  // namespace fovea::daemon
