#include "encoder/weight_reader.h"

#include <ATen/ATen.h>

#include <span>
#include <vector>

namespace fovea::encoder {
namespace {

at::ScalarType ScalarTypeOf(TensorType type) {
  switch (type) {
    case TensorType::kFloat64: return at::kDouble;
    case TensorType::kFloat16: return at::kHalf;
    case TensorType::kBfloat16: return at::kBFloat16;
    default: return at::kFloat;  // ModelWeights lets no other type through
  }
}

}  // namespace

Result<at::Tensor> WeightReader::ReadPart(const WeightSource::Part& part) const {
  const StoredTensor& stored = *part.tensor;
  at::Tensor numbers = at::empty({stored.bytes / BytesPerElement(stored.type)}, ScalarTypeOf(stored.type));
  const std::span<std::byte> bytes(static_cast<std::byte*>(numbers.data_ptr()), numbers.nbytes());
  RETURN_IF_ERROR(part.file->Read(stored.offset, bytes));
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
