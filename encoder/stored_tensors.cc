#include "encoder/stored_tensors.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"

namespace fovea::encoder {
namespace {

constexpr std::string_view kWrapping = "module.";

TensorTable Unwrapped(TensorTable tensors) {
  const bool wrapped = std::ranges::all_of(tensors, [](const auto& entry) { return entry.first.starts_with(kWrapping); });
  if (!wrapped) return tensors;
  TensorTable unwrapped;
  for (auto& [name, tensor] : tensors) unwrapped.emplace(name.substr(kWrapping.size()), std::move(tensor));
  return unwrapped;
}

}  // namespace

std::string ToString(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

int64_t BytesPerElement(TensorType type) {
  switch (type) {
    case TensorType::kFloat64:
    case TensorType::kInt64: return 8;
    case TensorType::kFloat32:
    case TensorType::kInt32: return 4;
    case TensorType::kFloat16:
    case TensorType::kBfloat16:
    case TensorType::kInt16: return 2;
    case TensorType::kInt8:
    case TensorType::kUint8:
    case TensorType::kBool: return 1;
  }
  return 1;
}

std::optional<int64_t> BytesOf(const Shape& shape, TensorType type) {
  int64_t bytes = BytesPerElement(type);
  for (const int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

Result<TensorFile> TensorFile::Open(const std::string& path) {
  TensorFile file;
  file.path_ = path;
  ASSIGN_OR_RETURN(file.fd_, OpenForRead(path));
  struct stat facts {};
  if (fstat(file.fd_.get(), &facts) != 0) return Failed(FromErrno(errno, "look at " + path));
  file.size_bytes_ = facts.st_size;
  return file;
}

Status TensorFile::Read(int64_t offset, std::span<std::byte> bytes) const {
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

void TensorFile::Describe(Container container, std::string table, TensorTable tensors) {
  container_ = container;
  table_ = std::move(table);
  tensors_ = Unwrapped(std::move(tensors));
}

}  // namespace fovea::encoder
