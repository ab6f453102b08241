#include "encoder/onednn_operators.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <array>
#include <optional>

namespace fovea::encoder::onednn {
namespace {

using OptionalTensor = std::optional<at::Tensor>;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Algorithm = std::optional<std::string_view>;

using PackLinearSignature = at::Tensor(const at::Tensor&, std::optional<int64_t>);
using LinearSignature = at::Tensor(const at::Tensor&, const at::Tensor&, const OptionalTensor&, std::string_view, Scalars, Algorithm);
using PackInt8Signature = at::Tensor(at::Tensor, std::optional<c10::List<int64_t>>);
using Int8LinearSignature = at::Tensor(at::Tensor, double, int64_t, at::Tensor, at::Tensor, at::Tensor, OptionalTensor, double, int64_t,
                                       std::optional<at::ScalarType>, std::string_view, Scalars, std::string_view);
using PackConvolutionSignature = at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, int64_t, at::OptionalIntArrayRef);
using ConvolutionSignature = at::Tensor(const at::Tensor&, const at::Tensor&, const OptionalTensor&, at::IntArrayRef, at::IntArrayRef,
                                        at::IntArrayRef, int64_t, std::string_view, Scalars, Algorithm);
using ConvolutionAddSignature = at::Tensor&(at::Tensor&, const at::Tensor&, const at::Tensor&, const OptionalTensor&, at::IntArrayRef,
                                            at::IntArrayRef, at::IntArrayRef, int64_t, std::string_view, std::optional<at::Scalar>,
                                            Algorithm, Scalars, Algorithm);

template <typename Signature>
c10::TypedOperatorHandle<Signature> Find(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

OptionalTensor OrNone(const at::Tensor& tensor) { return tensor.defined() ? OptionalTensor(tensor) : std::nullopt; }

constexpr std::array<int64_t, 2> kNoDilation = {1, 1};

}  // namespace

bool CanPack(const at::Tensor& weight) {
  if (!weight.is_cpu() || !at::globalContext().hasMKLDNN()) return false;
  if (weight.scalar_type() != at::kBFloat16) return weight.scalar_type() == at::kFloat;
  return Find<bool()>("mkldnn::_is_mkldnn_bf16_supported").call();
}

at::Tensor PackLinear(const at::Tensor& weight, int64_t rows) {
  static const auto pack = Find<PackLinearSignature>("mkldnn::_reorder_linear_weight");
  return pack.call(weight, rows);
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const After& after) {
  static const auto linear = Find<LinearSignature>("mkldnn::_linear_pointwise");
  return linear.call(x, packed, OrNone(bias), after.name, Scalars(), after.algorithm);
}

at::Tensor PackInt8Linear(const at::Tensor& weight) {
  static const auto pack = Find<PackInt8Signature>("onednn::qlinear_prepack");
  return pack.call(weight, std::nullopt);
}

at::Tensor Int8Linear(const at::Tensor& x, int64_t zero_point, const at::Tensor& packed, const at::Tensor& weight_scale, at::ScalarType type) {
  static const auto linear = Find<Int8LinearSignature>("onednn::qlinear_pointwise");
  const at::Tensor weight_zero_points = at::zeros(weight_scale.sizes(), at::kLong);
  return linear.call(x, 1.0, zero_point, packed, weight_scale, weight_zero_points, std::nullopt, 1.0, 0, type, "none", Scalars(), "");
}

at::Tensor PackConvolution(const at::Tensor& weight, const ConvolutionShape& shape, int64_t batch) {
  static const auto pack = Find<PackConvolutionSignature>("mkldnn::_reorder_convolution_weight");
  const std::array<int64_t, 2> padding = {shape.padding, shape.padding}, stride = {shape.stride, shape.stride};
  const std::array<int64_t, 4> input = {batch, weight.size(1), shape.side, shape.side};
  return pack.call(weight, padding, stride, kNoDilation, 1, at::IntArrayRef(input));
}

at::Tensor Convolution(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const ConvolutionShape& shape, const After& after) {
  static const auto convolution = Find<ConvolutionSignature>("mkldnn::_convolution_pointwise");
  const std::array<int64_t, 2> padding = {shape.padding, shape.padding}, stride = {shape.stride, shape.stride};
  return convolution.call(x, packed, OrNone(bias), padding, stride, kNoDilation, 1, after.name, Scalars(), after.algorithm);
}

void ConvolutionAddRelu(at::Tensor& sum, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const ConvolutionShape& shape) {
  static const auto convolution = Find<ConvolutionAddSignature>("mkldnn::_convolution_pointwise_", "binary");
  const std::array<int64_t, 2> padding = {shape.padding, shape.padding}, stride = {shape.stride, shape.stride};
  convolution.call(sum, x, packed, OrNone(bias), padding, stride, kNoDilation, 1, "add", at::Scalar(1.0), "relu", Scalars(), "");
}

}  // namespace fovea::encoder::onednn
