#include "encoder/weight_reader.h"

#include <ATen/ATen.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace fovea::encoder {
namespace {

constexpr int64_t kLeastMappedBytes = int64_t{64} << 10;  // less is sooner copied than mapped

at::ScalarType ScalarTypeOf(TensorType type) {
  switch (type) {
    case TensorType::kFloat64: return at::kDouble;
    case TensorType::kFloat16: return at::kHalf;
    case TensorType::kBfloat16: return at::kBFloat16;
    default: return at::kFloat;  // ModelWeights lets no other type through
  }
}

// The elements of a stored tensor, one after another: a view of the file, or a copy of what is small or lies askew.
Result<at::Tensor> Numbers(const TensorFile& file, const StoredTensor& stored) {
  const int64_t size = BytesPerElement(stored.type);
  if (stored.bytes < kLeastMappedBytes || stored.offset % size != 0) {
    at::Tensor copy = at::empty({stored.bytes / size}, ScalarTypeOf(stored.type));
    RETURN_IF_ERROR(file.Read(stored.offset, {static_cast<std::byte*>(copy.data_ptr()), copy.nbytes()}));
    return copy;
  }
  ASSIGN_OR_RETURN(FileView view, file.View(stored.offset, stored.bytes));
  // Shared because Torch may copy what it calls in the end.
  const auto owner = std::make_shared<const FileView>(std::move(view));
  return at::from_blob(const_cast<std::byte*>(owner->data()), {stored.bytes / size}, [owner](void*) {}, ScalarTypeOf(stored.type));
}

}  // namespace

Result<at::Tensor> WeightReader::ReadPart(const WeightSource::Part& part) const {
  const StoredTensor& stored = *part.tensor;
  ASSIGN_OR_RETURN(const at::Tensor numbers, Numbers(*part.file, stored));
  const at::Tensor tensor = stored.strides.empty() ? numbers.view(stored.shape) : numbers.as_strided(stored.shape, stored.strides).contiguous();
  return tensor.to(at::kFloat);
}

at::Tensor WeightReader::Raw(const std::string& key) {
  const WeightSource& source = weights_.Source(key);
  std::vector<at::Tensor> parts;
  for (const WeightSource::Part& part : source.parts) {
    Result<at::Tensor> tensor = ReadPart(part);
    if (!tensor && status_.ok()) status_ = tensor.error();
    parts.push_back(tensor ? *std::move(tensor) : at::empty(part.tensor->shape, at::kFloat));
  }
  at::Tensor whole = parts.size() == 1 ? parts.front() : at::cat(parts, 0);
  return source.transposed ? whole.t().contiguous() : whole;
}

}  // namespace fovea::encoder
