#include "encoder/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr int64_t kLengthBytes = 8;
constexpr int64_t kMostHeaderBytes = 16 << 20;  // the largest CLIP models need a third of a megabyte

constexpr std::array<std::pair<std::string_view, TensorType>, 10> kTypes = {{{"F64", TensorType::kFloat64},
                                                                            {"F32", TensorType::kFloat32},
                                                                            {"F16", TensorType::kFloat16},
                                                                            {"BF16", TensorType::kBfloat16},
                                                                            {"I64", TensorType::kInt64},
                                                                            {"I32", TensorType::kInt32},
                                                                            {"I16", TensorType::kInt16},
                                                                            {"I8", TensorType::kInt8},
                                                                            {"U8", TensorType::kUint8},
                                                                            {"BOOL", TensorType::kBool}}};

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

// One entry of the table; offsets are relative to `data_begin`. The error is the part after file and tensor name.
Result<StoredTensor> ParseEntry(const nlohmann::json& entry, int64_t data_begin, int64_t data_bytes) {
  if (!entry.is_object()) return Failed(Corrupt("expected an object"));
  const auto type_name = entry.find("dtype");
  if (type_name == entry.end() || !type_name->is_string()) return Failed(Corrupt("no dtype"));
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.first == type_name->get<std::string>(); });
  if (type == kTypes.end()) return Failed(Unsupported("dtype " + type_name->dump() + " is none that fovea reads"));
  const std::optional<Shape> shape = AsCounts(entry, "shape");
  if (!shape) return Failed(Corrupt(StrCat("shape is not a list of at most ", kMostDimensions, " counts")));
  const std::optional<Shape> offsets = AsCounts(entry, "data_offsets");
  if (!offsets || offsets->size() != 2) return Failed(Corrupt("data_offsets are not two counts"));
  const int64_t begin = (*offsets)[0], end = (*offsets)[1];
  if (begin > end || end > data_bytes) {
    return Failed(Corrupt(StrCat("data_offsets ", ToString(*offsets), " reach over the ", data_bytes, " bytes of data")));
  }
  const std::optional<int64_t> needed = BytesOf(*shape, type->second);
  if (!needed || *needed != end - begin) {
    return Failed(Corrupt(StrCat("shape ", ToString(*shape), " of ", type->first, " does not take the ", end - begin, " bytes it is given")));
  }
  return StoredTensor{.type = type->second, .shape = *shape, .strides = {}, .offset = data_begin + begin, .bytes = *needed};
}

Result<std::string> ReadHeader(const TensorFile& file) {
  const int64_t size = file.size_bytes();
  if (size < kLengthBytes) return Failed(Corrupt(StrCat(file.path(), ": ", size, " bytes are too few for a safetensors file")));
  std::array<std::byte, kLengthBytes> raw{};
  RETURN_IF_ERROR(file.Read(0, raw));
  uint64_t length = 0;
  std::memcpy(&length, raw.data(), sizeof(length));
  const int64_t most = std::min(kMostHeaderBytes, size - kLengthBytes);
  if (length > static_cast<uint64_t>(most)) {
    return Failed(Corrupt(StrCat(file.path(), ": header of ", length, " bytes, at most ", most, " are possible: not a safetensors file, or cut")));
  }
  std::string header(length, '\0');
  RETURN_IF_ERROR(file.Read(kLengthBytes, std::as_writable_bytes(std::span(header))));
  return header;
}

Result<TensorTable> ParseTable(const TensorFile& file, const std::string& header) {
  // A table is three levels deep; what lies deeper is not kept, so that a header of brackets costs no memory.
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) { return depth <= 4; };
  const nlohmann::json table = nlohmann::json::parse(header, shallow, false);
  if (table.is_discarded() || !table.is_object()) return Failed(Corrupt(file.path() + ": header is not a JSON object"));
  const int64_t data_begin = kLengthBytes + static_cast<int64_t>(header.size());
  TensorTable tensors;
  for (const auto& [name, entry] : table.items()) {
    if (name == "__metadata__") continue;
    Result<StoredTensor> tensor = ParseEntry(entry, data_begin, file.size_bytes() - data_begin);
    if (!tensor) return Failed(tensor.error().WithContext(StrCat(file.path(), ": tensor \"", name, "\"")));
    tensors.emplace(name, *std::move(tensor));
  }
  return tensors;
}

// The data must be covered from its first byte to its last, without overlap.
Status CheckCoverage(const TensorFile& file, const TensorTable& tensors, int64_t data_begin) {
  std::vector<std::pair<int64_t, const std::string*>> order;
  for (const auto& [name, tensor] : tensors) {
    if (tensor.bytes > 0) order.emplace_back(tensor.offset, &name);
  }
  std::sort(order.begin(), order.end());
  int64_t expected = data_begin;
  for (const auto& [offset, name] : order) {
    if (offset != expected) {
      return Corrupt(StrCat(file.path(), ": tensor \"", *name, "\" begins at byte ", offset, ", expected ", expected,
                            offset < expected ? ": it overlaps the one before" : ": there is a hole before it"));
    }
    expected = offset + tensors.at(*name).bytes;
  }
  if (expected != file.size_bytes()) return Corrupt(StrCat(file.path(), ": ", file.size_bytes(), " bytes long, expected ", expected));
  return Status::Ok();
}

}  // namespace

Result<TensorFile> OpenSafetensors(const std::string& path) {
  ASSIGN_OR_RETURN(TensorFile file, TensorFile::Open(path));
  ASSIGN_OR_RETURN(std::string header, ReadHeader(file));
  ASSIGN_OR_RETURN(TensorTable tensors, ParseTable(file, header));
  RETURN_IF_ERROR(CheckCoverage(file, tensors, kLengthBytes + static_cast<int64_t>(header.size())));
  file.Describe(Container::kSafetensors, std::move(header), std::move(tensors));
  return file;
}

}  // namespace fovea::encoder
