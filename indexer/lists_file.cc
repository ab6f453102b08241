#include "indexer/lists_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/log.h"
#include "base/unique_fd.h"
#include "indexer/file_parts.h"

namespace fovea::indexer {
namespace {

constexpr std::string_view kMagic = "FOVEALST";
constexpr size_t kMaxModelId = 1024;
constexpr size_t kFixedBytes = 8 + 4 + 4 + 4 + 4 + 8 + 8 + 4;  // magic, version, dim, lists, rests, trained for, photos, length of the model id

struct Header {
  uint32_t dim = 0, lists = 0, rests = 0;
  uint64_t trained_for = 0, photos = 0;
  std::string model_id;
  size_t bytes = 0;
};

std::string EncodeHeader(const StoredLists& lists) {
  std::string out(kMagic);
  AppendNumber(out, kListsVersion);
  AppendNumber(out, static_cast<uint32_t>(lists.numbers.dim));
  AppendNumber(out, static_cast<uint32_t>(lists.numbers.spreads.size()));
  AppendNumber(out, static_cast<uint32_t>(lists.numbers.rests.size() / lists.numbers.dim));
  AppendNumber(out, uint64_t{lists.numbers.trained_for});
  AppendNumber(out, uint64_t{lists.ids.size()});
  AppendNumber(out, static_cast<uint32_t>(lists.model_id.size()));
  out += lists.model_id;
  AppendNumber(out, Checksum(0, out.data(), out.size()));
  return out;
}

Result<Header> DecodeHeader(std::string_view head) {
  if (head.size() < kFixedBytes + sizeof(uint32_t)) return Failed(Corrupt("the file is shorter than a header"));
  std::string_view rest = head;
  if (!rest.starts_with(kMagic)) return Failed(Corrupt("the file does not begin with FOVEALST"));
  rest.remove_prefix(kMagic.size());
  if (const auto version = TakeNumber<uint32_t>(rest); version != kListsVersion) {
    return Failed(Unsupported(StrCat("found version ", version, ", can read ", kListsVersion)));
  }
  Header header;
  header.dim = TakeNumber<uint32_t>(rest);
  header.lists = TakeNumber<uint32_t>(rest);
  header.rests = TakeNumber<uint32_t>(rest);
  header.trained_for = TakeNumber<uint64_t>(rest);
  header.photos = TakeNumber<uint64_t>(rest);
  const auto id_bytes = TakeNumber<uint32_t>(rest);
  if (id_bytes > kMaxModelId || rest.size() < id_bytes + sizeof(uint32_t)) return Failed(Corrupt("the model's name has an absurd length"));
  header.model_id = rest.substr(0, id_bytes);
  rest.remove_prefix(id_bytes);
  if (TakeNumber<uint32_t>(rest) != Checksum(0, head.data(), kFixedBytes + id_bytes)) return Failed(Corrupt("the header's checksum is wrong"));
  header.bytes = kFixedBytes + id_bytes + sizeof(uint32_t);
  return header;
}

// The file's size must be exactly what the header promises; counts are bounded first so that nothing overflows.
Status CheckSize(const Header& header, int64_t file_bytes) {
  const uint64_t room = static_cast<uint64_t>(file_bytes) - header.bytes, vector_bytes = uint64_t{header.dim} * sizeof(float);
  const uint64_t list_bytes = vector_bytes + sizeof(float), photo_bytes = sizeof(uint64_t) + sizeof(uint32_t);
  const bool sound = header.dim > 0 && header.lists > 0 && header.rests > 0 && header.lists <= room / list_bytes &&
                     header.rests <= room / vector_bytes && header.photos <= room / photo_bytes &&
                     header.lists * list_bytes + (header.rests + uint64_t{1}) * vector_bytes + header.photos * photo_bytes + sizeof(uint32_t) == room;
  if (sound) return Status();
  return Corrupt(StrCat("the header speaks of ", header.lists, " lists of ", header.dim, " values and ", header.photos, " photos, the file has ",
                        file_bytes, " bytes"));
}

// The parts of the body, one after the other.
template <typename Lists, typename Visit>
Status ForEachPart(Lists& lists, const Visit& visit) {
  RETURN_IF_ERROR(visit(lists.numbers.spreads));
  RETURN_IF_ERROR(visit(lists.numbers.towards));
  RETURN_IF_ERROR(visit(lists.numbers.middles));
  RETURN_IF_ERROR(visit(lists.numbers.rests));
  RETURN_IF_ERROR(visit(lists.ids));
  return visit(lists.lists);
}

Status ReadBody(int fd, size_t offset, StoredLists& lists) {
  uint32_t sum = 0;
  auto at = static_cast<int64_t>(offset);
  const auto read = [&](auto& part) {
    const size_t bytes = part.size() * sizeof part[0];
    const Status got = ReadExactly(fd, at, reinterpret_cast<char*>(part.data()), bytes);
    sum = Checksum(sum, reinterpret_cast<const char*>(part.data()), bytes);
    at += static_cast<int64_t>(bytes);
    return got;
  };
  RETURN_IF_ERROR(ForEachPart(lists, read));
  uint32_t stored = 0;
  RETURN_IF_ERROR(ReadExactly(fd, at, reinterpret_cast<char*>(&stored), sizeof stored));
  if (sum != stored) return Corrupt("the checksum is wrong");
  const bool known = std::ranges::all_of(lists.lists, [&](uint32_t list) { return list < lists.numbers.spreads.size(); });
  return known ? Status() : Corrupt("a photo is in a list that is not there");
}

Result<StoredLists> ReadFrom(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Failed(FromErrno(errno, "stat"));
  std::string head(static_cast<size_t>(std::min<int64_t>(info.st_size, kFixedBytes + kMaxModelId + sizeof(uint32_t))), '\0');
  RETURN_IF_ERROR(ReadExactly(fd, 0, head.data(), head.size()));
  ASSIGN_OR_RETURN(Header header, DecodeHeader(head));
  RETURN_IF_ERROR(CheckSize(header, info.st_size));
  StoredLists lists;
  lists.model_id = std::move(header.model_id);
  lists.numbers.dim = header.dim;
  lists.numbers.trained_for = header.trained_for;
  lists.numbers.spreads.resize(header.lists);
  lists.numbers.towards.resize(header.dim);
  lists.numbers.middles.resize(size_t{header.lists} * header.dim);
  lists.numbers.rests.resize(size_t{header.rests} * header.dim);
  lists.ids.resize(header.photos);
  lists.lists.resize(header.photos);
  RETURN_IF_ERROR(ReadBody(fd, header.bytes, lists));
  return lists;
}

Status WriteTo(int fd, const StoredLists& lists) {
  const std::string head = EncodeHeader(lists);
  RETURN_IF_ERROR(WriteAll(fd, head.data(), head.size()));
  uint32_t sum = 0;
  RETURN_IF_ERROR(ForEachPart(lists, [&](const auto& part) {
    const char* bytes = reinterpret_cast<const char*>(part.data());
    sum = Checksum(sum, bytes, part.size() * sizeof part[0]);
    return WriteAll(fd, bytes, part.size() * sizeof part[0]);
  }));
  return WriteAll(fd, reinterpret_cast<const char*>(&sum), sizeof sum);
}

}  // namespace

Status WriteLists(const std::string& path, const StoredLists& lists) {
  const std::string context = StrCat("write the index's lists \"", path, "\"");
  if (lists.model_id.size() > kMaxModelId || lists.ids.size() != lists.lists.size()) {
    return InvalidArgument(StrCat(context, ": header and content do not fit"));
  }
  const Status status = ReplaceFile(path, [&](int fd) { return WriteTo(fd, lists); });
  return status.ok() ? status : status.WithContext(context);
}

Result<StoredLists> ReadLists(const std::string& path) {
  auto fd = OpenForRead(path, FollowLinks::kNo);
  if (!fd) return Failed(fd.error());
  auto lists = ReadFrom(fd->get());
  if (!lists) return Failed(lists.error().WithContext(StrCat("read the index's lists \"", path, "\"")));
  return lists;
}

}  // namespace fovea::indexer
