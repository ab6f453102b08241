#include "encoder/quantise_kernels.h"

#include <algorithm>

#include "encoder/bfloat16.h"
#include "encoder/cpu_clones.h"
#include "encoder/vector_math.h"

namespace fovea::encoder {
namespace {

inline __attribute__((always_inline)) float Same(float x) { return x; }

struct Limits {
  float least = 0;
  float most = 0;
};

inline __attribute__((always_inline)) float Load(float value) { return value; }
inline __attribute__((always_inline)) float Load(Bfloat16 value) { return ToFloat(value); }
inline __attribute__((always_inline)) void Store(float value, float& to) { to = value; }
inline __attribute__((always_inline)) void Store(float value, Bfloat16& to) { to = ToBfloat16(value); }

// The scale that brings a row between `limits` into the bytes' range, and NaN where a number of the row is none.
inline __attribute__((always_inline)) float ScaleFor(Limits limits, float sum, ByteRange range) {
  const auto below = static_cast<float>(range.zero_point), above = static_cast<float>(range.most - range.zero_point);
  const float scale = std::max({limits.most / above, -limits.least / below, 1e-30f});
  return scale + 0.0f * sum;
}

template <typename Number>
inline __attribute__((always_inline)) float QuantiseAny(const Number* row, int64_t width, ByteRange range, uint8_t* __restrict bytes) {
  float least = 0, most = 0, sum = 0;
#pragma omp simd reduction(min : least) reduction(max : most) reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) {
    const float value = Load(row[i]);
    least = std::min(least, value);
    most = std::max(most, value);
    sum += value;
  }
  const float scale = ScaleFor({.least = least, .most = most}, sum, range);
  const float inverse = 1.0f / scale, offset = static_cast<float>(range.zero_point) + 0.5f, top = static_cast<float>(range.most);
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) {
    bytes[i] = static_cast<uint8_t>(static_cast<int32_t>(std::min(std::max(Load(row[i]) * inverse + offset, 0.0f), top + 0.5f)));
  }
  return scale;
}

template <float (*kFunction)(float), typename Number>
inline __attribute__((always_inline)) void FinishWith(Number* row, int64_t width, float scale, const float* __restrict bias) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) Store(kFunction(Load(row[i]) * scale + bias[i]), row[i]);
}

template <typename Number>
inline __attribute__((always_inline)) void FinishAny(Number* row, int64_t width, float scale, const float* bias, RowActivation activation) {
  switch (activation) {
    case RowActivation::kNone: return FinishWith<Same>(row, width, scale, bias);
    case RowActivation::kSilu: return FinishWith<Silu>(row, width, scale, bias);
    case RowActivation::kGelu: return FinishWith<Gelu>(row, width, scale, bias);
    case RowActivation::kGeluTanh: return FinishWith<GeluTanh>(row, width, scale, bias);
  }
}

}  // namespace

FOVEA_CPU_CLONES float QuantiseRow(const float* row, int64_t width, ByteRange range, uint8_t* bytes) {
  return QuantiseAny(row, width, range, bytes);
}

FOVEA_CPU_CLONES float QuantiseRow(const Bfloat16* row, int64_t width, ByteRange range, uint8_t* bytes) {
  return QuantiseAny(row, width, range, bytes);
}

FOVEA_CPU_CLONES void FinishRow(float* row, int64_t width, float scale, const float* bias, RowActivation activation) {
  FinishAny(row, width, scale, bias, activation);
}

FOVEA_CPU_CLONES void FinishRow(Bfloat16* row, int64_t width, float scale, const float* bias, RowActivation activation) {
  FinishAny(row, width, scale, bias, activation);
}

}  // namespace fovea::encoder
