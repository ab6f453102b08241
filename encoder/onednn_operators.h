#pragma once
// Torch's oneDNN operators that take weights laid out once for the machine: Torch's C++ headers do not show them, its
// dispatcher does.
//
// Owns:    nothing.
// Threads: any; the operators run on Torch's threads.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  x [..., in] and weights [out, in] for a linear layer; x [batch, channels, height, width] in channels-last memory
//          and weights [out, in, height, width] for a convolution. Weights fp32 or bf16, x and what comes out the same; int8 as said below.
#include <ATen/core/Tensor.h>

#include <string_view>

namespace fovea::encoder::onednn {

// Whether this Torch has oneDNN and it takes such a weight: on a CPU, in fp32, or bf16 where the CPU bears it.
bool CanPack(const at::Tensor& weight);

// What is done to each number before it is stored: "none", "swish", "relu", or "gelu" with the algorithm "none" or "tanh".
struct After {
  std::string_view name = "none";
  std::string_view algorithm;
};

// The weight of a linear layer for inputs of about `rows` rows (any number of rows may be given later).
at::Tensor PackLinear(const at::Tensor& weight, int64_t rows);
// `bias` may be undefined.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const After& after);

// A linear layer of bytes: x uint8 [rows, in], weights int8 [out, in] with a scale for each output.
at::Tensor PackInt8Linear(const at::Tensor& weight);
// (x - zero_point) W^T * weight_scale, in `type`.
at::Tensor Int8Linear(const at::Tensor& x, int64_t zero_point, const at::Tensor& packed, const at::Tensor& weight_scale, at::ScalarType type);

struct ConvolutionShape {
  int64_t stride = 1;
  int64_t padding = 0;
  int64_t side = 0;  // height and width of the input; the layout of the packed weight depends on it
};
// The weight of a convolution for `batch` pictures; any number may be given later, but another layout costs a copy each time.
at::Tensor PackConvolution(const at::Tensor& weight, const ConvolutionShape& shape, int64_t batch);
at::Tensor Convolution(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const ConvolutionShape& shape, const After& after);
// sum = relu(sum + convolution(x)), in place.
void ConvolutionAddRelu(at::Tensor& sum, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const ConvolutionShape& shape);

}  // namespace fovea::encoder::onednn
