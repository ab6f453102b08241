#pragma once
// LinearLayer is y = after(x W^T + b), its weight laid out once for the machine that runs it.
//
// In int8 the weights are bytes with a scale for each output, and each row of x becomes bytes with a scale of its own when
// it comes; products are summed exactly, in 32 bits.
//
// Owns:    the weight and the bias.
// Threads: const methods from any thread.
// Errors:  Torch's exceptions pass through: clip_towers.cc catches them.
// Shapes:  x [..., in] and y [..., out] in the number format of the matrices; W [out, in].
#include <ATen/core/Tensor.h>

#include "encoder/clip_config.h"
#include "encoder/weight_reader.h"

namespace fovea::encoder {

class LinearLayer {
 public:
  // What is done to each output number. QuickGELU is kSilu with its factor moved into the layers before and after.
  enum class After { kNothing, kSilu, kGelu, kGeluTanh };

  LinearLayer() = default;
  struct Options {
    After after = After::kNothing;
    bool may_be_int8 = false;     // compute in int8 where the reader says so
    bool input_is_gated = false;  // x comes out of an activation, hence is hardly negative
  };
  // `weight` and `bias` (may be undefined) in fp32 on the CPU, as WeightReader::Raw gives them.
  LinearLayer(const WeightReader& reader, const at::Tensor& weight, const at::Tensor& bias, const Options& options);

  at::Tensor operator()(const at::Tensor& x) const;

 private:
  void PackBytes(const at::Tensor& weight, const at::Tensor& bias);
  at::Tensor RunBytes(const at::Tensor& x) const;

  enum class Form { kPlain, kPacked, kBytes };
  Form form_ = Form::kPlain;
  Options options_;
  at::Tensor weight_, bias_;
  at::Tensor weight_scale_;  // [out], of bytes
};

}  // namespace fovea::encoder
