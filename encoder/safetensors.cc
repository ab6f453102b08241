#include "encoder/safetensors.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr int64_t kLengthBytes = 8;
constexpr int64_t kMostHeaderBytes = 16 << 20;  // the largest CLIP models need a third of a megabyte
constexpr size_t kMostDimensions = 8;

struct TypeName {
  std::string_view name;
  TensorType type;
  int64_t bytes;
};
constexpr std::array<TypeName, 10> kTypes = {{{"F64", TensorType::kFloat64, 8},
                                              {"F32", TensorType::kFloat32, 4},
                                              {"F16", TensorType::kFloat16, 2},
                                              {"BF16", TensorType::kBfloat16, 2},
                                              {"I64", TensorType::kInt64, 8},
                                              {"I32", TensorType::kInt32, 4},
                                              {"I16", TensorType::kInt16, 2},
                                              {"I8", TensorType::kInt8, 1},
                                              {"U8", TensorType::kUint8, 1},
                                              {"BOOL", TensorType::kBool, 1}}};

std::optional<int64_t> AsCount(const nlohmann::json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const auto count = value.get<uint64_t>();
  if (count > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<int64_t>(count);
}

// A short array of counts, or nullopt.
std::optional<Shape> AsCounts(const nlohmann::json& entry, std::string_view key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array() || found->size() > kMostDimensions) return std::nullopt;
  Shape counts;
  for (const nlohmann::json& value : *found) {
    const std::optional<int64_t> count = AsCount(value);
    if (!count) return std::nullopt;
    counts.push_back(*count);
  }
  return counts;
}

// The bytes that `shape` needs, or nullopt when that does not fit 63 bits.
std::optional<int64_t> BytesOf(const Shape& shape, int64_t element_bytes) {
  int64_t bytes = element_bytes;
  for (const int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

// One entry of the table; offsets are relative to `data_begin`. The error is the part after file and tensor name.
Result<StoredTensor> ParseEntry(const nlohmann::json& entry, int64_t data_begin, int64_t data_bytes) {
  if (!entry.is_object()) return Failed(Corrupt("expected an object"));
  const auto type_name = entry.find("dtype");
  if (type_name == entry.end() || !type_name->is_string()) return Failed(Corrupt("no dtype"));
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeName& t) { return t.name == type_name->get<std::string>(); });
  if (type == kTypes.end()) return Failed(Unsupported("dtype " + type_name->dump() + " is none that fovea reads"));
  const std::optional<Shape> shape = AsCounts(entry, "shape");
  if (!shape) return Failed(Corrupt(StrCat("shape is not a list of at most ", kMostDimensions, " counts")));
  const std::optional<Shape> offsets = AsCounts(entry, "data_offsets");
  if (!offsets || offsets->size() != 2) return Failed(Corrupt("data_offsets are not two counts"));
  const int64_t begin = (*offsets)[0], end = (*offsets)[1];
  if (begin > end || end > data_bytes) {
    return Failed(Corrupt(StrCat("data_offsets ", ToString(*offsets), " reach over the ", data_bytes, " bytes of data")));
  }
  const std::optional<int64_t> needed = BytesOf(*shape, type->bytes);
  if (!needed || *needed != end - begin) {
    return Failed(Corrupt(StrCat("shape ", ToString(*shape), " of ", type->name, " does not take the ", end - begin, " bytes it is given")));
  }
  return StoredTensor{.type = type->type, .shape = *shape, .offset = data_begin + begin, .bytes = *needed};
}

}  // namespace

std::string ToString(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

Result<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  SafetensorsFile file;
  file.path_ = path;
  ASSIGN_OR_RETURN(file.fd_, OpenForRead(path));
  struct stat facts {};
  if (fstat(file.fd_.get(), &facts) != 0) return Failed(FromErrno(errno, "look at " + path));
  file.size_bytes_ = facts.st_size;
  RETURN_IF_ERROR(file.ReadHeader());
  RETURN_IF_ERROR(file.AddTensors());
  RETURN_IF_ERROR(file.CheckCoverage());
  return file;
}

Status SafetensorsFile::Read(int64_t offset, std::span<std::byte> bytes) const {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = pread(fd_.get(), bytes.data() + done, bytes.size() - done, offset + static_cast<int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FromErrno(errno, "read " + path_);
    if (got == 0) return Corrupt(path_ + ": ends before its data");
    done += static_cast<size_t>(got);
  }
  return Status::Ok();
}

Status SafetensorsFile::ReadHeader() {
  if (size_bytes_ < kLengthBytes) return Corrupt(StrCat(path_, ": ", size_bytes_, " bytes are too few for a safetensors file"));
  std::array<std::byte, kLengthBytes> raw{};
  RETURN_IF_ERROR(Read(0, raw));
  uint64_t length = 0;
  std::memcpy(&length, raw.data(), sizeof(length));
  const int64_t most = std::min(kMostHeaderBytes, size_bytes_ - kLengthBytes);
  if (length > static_cast<uint64_t>(most)) {
    return Corrupt(StrCat(path_, ": header of ", length, " bytes, at most ", most, " are possible: not a safetensors file, or cut"));
  }
  header_.resize(length);
  return Read(kLengthBytes, std::as_writable_bytes(std::span(header_)));
}

Status SafetensorsFile::AddTensors() {
  const nlohmann::json table = nlohmann::json::parse(header_, nullptr, false);
  if (table.is_discarded() || !table.is_object()) return Corrupt(path_ + ": header is not a JSON object");
  const int64_t data_begin = kLengthBytes + static_cast<int64_t>(header_.size());
  for (const auto& [name, entry] : table.items()) {
    if (name == "__metadata__") continue;
    Result<StoredTensor> tensor = ParseEntry(entry, data_begin, size_bytes_ - data_begin);
    if (!tensor) return tensor.error().WithContext(StrCat(path_, ": tensor \"", name, "\""));
    tensors_.emplace(name, *std::move(tensor));
  }
  return Status::Ok();
}

Status SafetensorsFile::CheckCoverage() const {
  std::vector<std::pair<int64_t, const std::string*>> order;
  for (const auto& [name, tensor] : tensors_) {
    if (tensor.bytes > 0) order.emplace_back(tensor.offset, &name);
  }
  std::sort(order.begin(), order.end());
  int64_t expected = kLengthBytes + static_cast<int64_t>(header_.size());
  for (const auto& [offset, name] : order) {
    if (offset != expected) {
      return Corrupt(StrCat(path_, ": tensor \"", *name, "\" begins at byte ", offset, ", expected ", expected,
                            offset < expected ? ": it overlaps the one before" : ": there is a hole before it"));
    }
    expected = offset + tensors_.at(*name).bytes;
  }
  if (expected != size_bytes_) return Corrupt(StrCat(path_, ": ", size_bytes_, " bytes long, expected ", expected));
  return Status::Ok();
}

}  // namespace fovea::encoder
