#include "storage/keys.h"

#include "base/log.h"

namespace fovea::storage {
namespace {

template <typename T>
void AppendBigEndian(std::string& key, T value) {
  for (size_t i = sizeof(T); i-- > 0;) key.push_back(static_cast<char>(value >> (8 * i)));
}

template <typename T>
std::string BigEndian(T value) {
  std::string key;
  AppendBigEndian(key, value);
  return key;
}

template <typename T>
T ReadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return static_cast<T>(value);
}

// Keys of one fixed size are `exact`; those that end in a path are at least `size` long.
enum class KeySize { kExact, kAtLeast };
Status CheckSize(std::string_view key, size_t size, KeySize kind, std::string_view what) {
  if (key.size() == size || (kind == KeySize::kAtLeast && key.size() > size)) return Status::Ok();
  return Corrupt(StrCat("read key of ", what, ": ", key.size(), " bytes long, expected ", size));
}

}  // namespace

std::string RootKey(RootId root) { return BigEndian(root.value); }
std::string PathKey(const Location& location) { return RootKey(location.root) + location.path; }
std::string PhotoKey(PhotoId photo) { return BigEndian(photo.value); }
std::string LocationKey(PhotoId photo, const Location& location) { return PhotoKey(photo) + PathKey(location); }
std::string ContentKey(const Sha256Digest& content) { return {content.begin(), content.end()}; }
std::string VectorPrefix(uint32_t model) { return BigEndian(model); }
std::string VectorKey(uint32_t model, PhotoId photo) { return VectorPrefix(model) + PhotoKey(photo); }
std::string JobKey(uint64_t job) { return BigEndian(job); }
std::string RootCountKey(RootId root) { return "paths:" + RootKey(root); }
std::string DateKey(int64_t taken_at_ms, PhotoId photo) {
  constexpr uint64_t kSign = uint64_t{1} << 63;  // turned, so that byte order is the order of signed numbers
  return BigEndian(static_cast<uint64_t>(taken_at_ms) ^ kSign) + PhotoKey(photo);
}
std::string ChangeKey(uint64_t epoch) { return BigEndian(epoch); }
std::string TagKey(PhotoId photo, std::string_view tag) { return PhotoKey(photo).append(tag); }

Result<RootId> ParseRootKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 4, KeySize::kExact, "a root"));
  return RootId{ReadBigEndian<uint32_t>(key)};
}

Result<Location> ParsePathKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 4, KeySize::kAtLeast, "a path"));
  return Location{RootId{ReadBigEndian<uint32_t>(key)}, std::string(key.substr(4))};
}

Result<PhotoId> ParsePhotoKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 8, KeySize::kExact, "a photo"));
  return PhotoId{ReadBigEndian<uint64_t>(key)};
}

Result<Location> ParseLocationKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 12, KeySize::kAtLeast, "a photo's location"));
  return ParsePathKey(key.substr(8));
}

Result<PhotoId> ParseVectorKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 12, KeySize::kExact, "a vector"));
  return ParsePhotoKey(key.substr(4));
}

Result<uint64_t> ParseJobKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 8, KeySize::kExact, "a job"));
  return ReadBigEndian<uint64_t>(key);
}

Result<PhotoId> ParseDateKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 16, KeySize::kExact, "a date"));
  return ParsePhotoKey(key.substr(8));
}

Result<std::pair<PhotoId, std::string>> ParseTagKey(std::string_view key) {
  RETURN_IF_ERROR(CheckSize(key, 9, KeySize::kAtLeast, "a tag"));
  return std::pair(PhotoId{ReadBigEndian<uint64_t>(key)}, std::string(key.substr(8)));
}

std::string EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

}  // namespace fovea::storage
