#include "encoder/quantise_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "encoder/bfloat16.h"
#include "encoder/cpu_clones.h"

namespace fovea::encoder {
namespace {

// e^x by 2^n * p(r), n the nearest whole number to x / ln 2; relative error below 2e-7 between the limits.
inline __attribute__((always_inline)) float Exp(float x) {
  constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23: adding it leaves no place for fractions
  const float above = x < -87.0f ? -87.0f : x;
  const float bounded = above > 88.0f ? 88.0f : above;
  const float shifted = bounded * 1.44269504f + kRounder;
  const float whole = shifted - kRounder;
  const float rest = (bounded - whole * 0.693359375f) + whole * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * rest + 1.3981999507e-3f;
  p = p * rest + 8.3334519073e-3f;
  p = p * rest + 4.1665795894e-2f;
  p = p * rest + 1.6666665459e-1f;
  p = p * rest + 5.0000001201e-1f;
  p = p * rest * rest + rest + 1.0f;
  return p * std::bit_cast<float>((std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kRounder) + 127) << 23);
}

inline __attribute__((always_inline)) float Same(float x) { return x; }

inline __attribute__((always_inline)) float Silu(float x) { return x / (1.0f + Exp(-x)); }

// erf by Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7.
inline __attribute__((always_inline)) float Erf(float x) {
  const float size = std::fabs(x);
  const float t = 1.0f / (1.0f + 0.3275911f * size);
  const float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
  return std::copysign(1.0f - p * Exp(-size * size), x);
}

inline __attribute__((always_inline)) float Gelu(float x) { return 0.5f * x * (1.0f + Erf(x * 0.70710678f)); }

// 0.5 x (1 + tanh(u)) = x * sigmoid(2u)
inline __attribute__((always_inline)) float GeluTanh(float x) { return x / (1.0f + Exp(-1.5957691216f * (x + 0.044715f * x * x * x))); }

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
