#include "encoder/linear_layer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "encoder/device_choice.h"
#include "encoder/onednn_operators.h"
#include "encoder/quantise_kernels.h"

namespace fovea::encoder {
namespace {

// The layout of a packed weight depends on the number of rows it is packed for; it serves any number.
constexpr int64_t kRowsPackedFor = 512;
// Numbers that one thread takes at least: fewer are done sooner than another thread wakes.
constexpr int64_t kNumbersPerThread = 32'768;

onednn::After Named(LinearLayer::After after) {
  switch (after) {
    case LinearLayer::After::kSilu: return {.name = "swish", .algorithm = ""};
    case LinearLayer::After::kGelu: return {.name = "gelu", .algorithm = "none"};
    case LinearLayer::After::kGeluTanh: return {.name = "gelu", .algorithm = "tanh"};
    default: return {};
  }
}

void ApplyInPlace(LinearLayer::After after, at::Tensor& y) {
  switch (after) {
    case LinearLayer::After::kSilu: at::silu_(y); break;
    case LinearLayer::After::kGelu: at::gelu_(y, "none"); break;
    case LinearLayer::After::kGeluTanh: at::gelu_(y, "tanh"); break;
    case LinearLayer::After::kNothing: break;
  }
}

RowActivation ForRows(LinearLayer::After after) {
  switch (after) {
    case LinearLayer::After::kSilu: return RowActivation::kSilu;
    case LinearLayer::After::kGelu: return RowActivation::kGelu;
    case LinearLayer::After::kGeluTanh: return RowActivation::kGeluTanh;
    default: return RowActivation::kNone;
  }
}

// Without VNNI two products of bytes are added in 16 bits, which 7 bits times 8 bits cannot overflow.
ByteRange RangeFor(bool gated) {
  static const bool whole_bytes = CpuHasVnni();
  if (whole_bytes) return gated ? ByteRange{.zero_point = 16, .most = 255} : ByteRange{.zero_point = 128, .most = 255};
  return gated ? ByteRange{.zero_point = 8, .most = 127} : ByteRange{.zero_point = 64, .most = 127};
}

// Calls `work` with each row of a contiguous fp32 or bf16 tensor and its number.
template <typename Work>
void ForEachRow(const at::Tensor& x, Work work) {
  const int64_t width = x.size(-1), rows = x.numel() / width;
  at::parallel_for(0, rows, std::max<int64_t>(1, kNumbersPerThread / width), [&](int64_t first, int64_t end) {
    for (int64_t i = first; i < end; ++i) {
      if (x.scalar_type() == at::kFloat) {
        work(static_cast<float*>(x.data_ptr()) + i * width, i);
      } else {
        work(static_cast<Bfloat16*>(x.data_ptr()) + i * width, i);
      }
    }
  });
}

}  // namespace

LinearLayer::LinearLayer(const WeightReader& reader, const at::Tensor& weight, const at::Tensor& bias, const Options& options) : options_(options) {
  if (options.may_be_int8 && reader.int8()) {
    PackBytes(weight, bias);
    return;
  }
  weight_ = reader.ToCompute(weight).contiguous();
  if (bias.defined()) bias_ = reader.ToCompute(bias).contiguous();
  if (!onednn::CanPack(weight_)) return;
  form_ = Form::kPacked;
  weight_ = onednn::PackLinear(weight_, kRowsPackedFor);
}

void LinearLayer::PackBytes(const at::Tensor& weight, const at::Tensor& bias) {
  form_ = Form::kBytes;
  weight_scale_ = (at::amax(at::abs(weight), 1) / 127).clamp_min(1e-30);
  weight_ = onednn::PackInt8Linear(at::round(weight / weight_scale_.unsqueeze(1)).to(at::kChar).contiguous());
  bias_ = bias.contiguous();
}

at::Tensor LinearLayer::RunBytes(const at::Tensor& x) const {
  const int64_t width = x.size(-1), rows = x.numel() / width;
  const ByteRange range = RangeFor(options_.input_is_gated);
  at::Tensor bytes = at::empty({rows, width}, at::kByte);
  std::vector<float> scales(static_cast<size_t>(rows));
  ForEachRow(x, [&](auto* row, int64_t i) { scales[static_cast<size_t>(i)] = QuantiseRow(row, width, range, bytes.mutable_data_ptr<uint8_t>() + i * width); });
  at::Tensor y = onednn::Int8Linear(bytes, range.zero_point, weight_, weight_scale_, x.scalar_type());
  const int64_t out = y.size(1);
  const float* bias = bias_.const_data_ptr<float>();
  ForEachRow(y, [&](auto* row, int64_t i) { FinishRow(row, out, scales[static_cast<size_t>(i)], bias, ForRows(options_.after)); });
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = out;
  return y.view(shape);
}

at::Tensor LinearLayer::operator()(const at::Tensor& x) const {
  if (form_ == Form::kPacked) return onednn::Linear(x, weight_, bias_, Named(options_.after));
  if (form_ == Form::kBytes) return RunBytes(x.contiguous());
  at::Tensor y = at::linear(x, weight_, bias_);
  ApplyInPlace(options_.after, y);
  return y;
}

}  // namespace fovea::encoder
