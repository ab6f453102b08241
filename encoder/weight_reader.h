#pragma once
// WeightReader turns the tensors of a model folder into Torch tensors on the device they will be used on.
//
// Owns:    nothing. Borrows the ModelWeights, which must outlive it. A large tensor that is fp32 in the file, whole and in its
//          order, is a view of the file, unmapped with the tensor: it is never written to in place. All others are converted
//          straight out of such a view, which goes at once. What happens when the file changes: encoder/file_view.h.
// Threads: one.
// Errors:  the first failed read is remembered in status(); the tensors given out after it are empty. Torch's exceptions
//          pass through: clip_towers.cc catches them.
// Shapes:  of the internal (OpenAI) layout.
#include <ATen/core/Tensor.h>

#include <string>

#include "encoder/model_weights.h"

namespace fovea::encoder {

class WeightReader {
 public:
  // `type` is what matrices and convolutions compute in: kFloat, or kHalf on a GPU.
  WeightReader(const ModelWeights& weights, at::Device device, at::ScalarType type, bool int8 = false)
      : weights_(weights), device_(device), type_(type), int8_(int8) {}

  bool Has(const std::string& key) const { return weights_.sources().contains(key); }
  // fp32 on the CPU, for what is still to be worked on (folding a BatchNorm, scaling a matrix).
  at::Tensor Raw(const std::string& key);
  // fp32 on the device: norms and embeddings, which stay fp32 in every number format.
  at::Tensor Single(const std::string& key) { return Raw(key).to(device_); }
  // In the number format of the matrices, on the device.
  at::Tensor Compute(const std::string& key) { return ToCompute(Raw(key)); }
  at::Tensor ToCompute(const at::Tensor& tensor) const { return tensor.to(device_, type_); }

  at::ScalarType type() const { return type_; }
  // Whether the blocks' matrices shall be bytes; `type` is then what the rest computes in.
  bool int8() const { return int8_; }
  const Status& status() const { return status_; }

 private:
  Result<at::Tensor> ReadPart(const WeightSource::Part& part) const;

  const ModelWeights& weights_;
  const at::Device device_;
  const at::ScalarType type_;
  const bool int8_;
  Status status_;
};

}  // namespace fovea::encoder
