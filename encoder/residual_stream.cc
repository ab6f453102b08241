#include "encoder/residual_stream.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "encoder/norm_kernels.h"

namespace fovea::encoder {
namespace {

// Numbers that one thread takes at least: fewer are done sooner than another thread wakes.
constexpr int64_t kNumbersPerThread = 32'768;

at::Tensor NormaliseOnCpu(ResidualStream& stream, at::ScalarType type, const NormParameters& norm) {
  const int64_t width = norm.width, rows = stream.sum.numel() / width;
  at::Tensor out = at::empty(stream.sum.sizes(), type);
  float* sum = stream.sum.mutable_data_ptr<float>();
  const at::Tensor pending = stream.pending.defined() ? stream.pending.contiguous() : at::Tensor();
  const auto add = [&](int64_t row) {
    float* to = sum + row * width;
    if (!pending.defined()) return;
    if (pending.scalar_type() == at::kFloat) return AddRow(to, pending.const_data_ptr<float>() + row * width, width);
    AddRow(to, reinterpret_cast<const Bfloat16*>(pending.const_data_ptr<at::BFloat16>()) + row * width, width);
  };
  const auto normalise = [&](int64_t row) {
    const float* from = sum + row * width;
    if (type == at::kFloat) return NormaliseRow(from, norm, out.mutable_data_ptr<float>() + row * width);
    NormaliseRow(from, norm, reinterpret_cast<Bfloat16*>(out.mutable_data_ptr<at::BFloat16>()) + row * width);
  };
  at::parallel_for(0, rows, std::max<int64_t>(1, kNumbersPerThread / width), [&](int64_t first, int64_t end) {
    for (int64_t row = first; row < end; ++row) {
      add(row);
      normalise(row);
    }
  });
  return out;
}

}  // namespace

at::ScalarType StreamType(at::Device device, at::ScalarType type) {
  const bool ours = device.is_cpu() && (type == at::kFloat || type == at::kBFloat16);
  return ours ? at::kFloat : type;
}

LayerNorm::LayerNorm(WeightReader& reader, const std::string& key, double epsilon)
    : type_(reader.type()), weight_(reader.Single(key + ".weight")), bias_(reader.Single(key + ".bias")), epsilon_(epsilon) {}

at::Tensor LayerNorm::Normalised(ResidualStream& stream, at::ScalarType type) const {
  at::Tensor out;
  if (stream.sum.is_cpu() && stream.sum.scalar_type() == at::kFloat) {
    out = NormaliseOnCpu(stream, type, {.width = stream.sum.size(-1), .weight = weight_.const_data_ptr<float>(),
                                        .bias = bias_.const_data_ptr<float>(), .epsilon = static_cast<float>(epsilon_)});
  } else {
    if (stream.pending.defined()) stream.sum = stream.sum + stream.pending;
    out = at::layer_norm(stream.sum.to(at::kFloat), {stream.sum.size(-1)}, weight_, bias_, epsilon_).to(type);
  }
  stream.pending = at::Tensor();
  return out;
}

at::Tensor LayerNorm::operator()(ResidualStream& stream) const { return Normalised(stream, type_); }

ResidualStream LayerNorm::Begin(const at::Tensor& x) const {
  ResidualStream whole{.sum = x, .pending = {}};
  return {.sum = Normalised(whole, x.scalar_type()), .pending = {}};
}

}  // namespace fovea::encoder
