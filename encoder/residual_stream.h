#pragma once
// ResidualStream is what runs through a transformer: the sum of all that its blocks have added. What the last layer added is
// kept apart until the next LayerNorm reads the sum, so that adding and normalising are one pass over memory.
//
// Owns:    its tensors.
// Threads: one.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  sum and pending [..., width]; on a CPU the sum is fp32 whatever the matrices compute in, on a GPU it is in the
//          number format of the matrices.
#include <ATen/core/Tensor.h>

#include <string>

#include "encoder/weight_reader.h"

namespace fovea::encoder {

// The stream's number format for matrices in `type`: fp32 where our own loops run (CPU, fp32 and bf16), else `type`.
at::ScalarType StreamType(at::Device device, at::ScalarType type);

struct ResidualStream {
  at::Tensor sum;
  at::Tensor pending;  // of sum's shape, or undefined when nothing is to be added
};

// LayerNorm over the last axis: biased variance, computed in fp32 whatever the input.
class LayerNorm {
 public:
  LayerNorm(WeightReader& reader, const std::string& key, double epsilon);

  // Adds what is pending to the sum and gives the normalised sum in the number format of the matrices.
  at::Tensor operator()(ResidualStream& stream) const;
  // The same as the beginning of a new stream: the normalised sum in the stream's own number format.
  ResidualStream Begin(const at::Tensor& x) const;

 private:
  at::Tensor Normalised(ResidualStream& stream, at::ScalarType type) const;

  at::ScalarType type_;
  at::Tensor weight_, bias_;
  double epsilon_;
};

}  // namespace fovea::encoder
