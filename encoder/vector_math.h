#pragma once
// Functions that compilers turn into vector instructions inside a loop: no calls, no branches.
//
// Owns:    nothing.
// Threads: any; pure functions.
// Errors:  none; NaN in, NaN out.
// Units:   fp32. What each is off by stands at it.
#include <bit>
#include <cmath>
#include <cstdint>

namespace fovea::encoder {

// e^x as 2^n * p(r), n the nearest whole number to x / ln 2; relative error below 2e-7 for -87 < x < 88, held there outside.
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

inline __attribute__((always_inline)) float Silu(float x) { return x / (1.0f + Exp(-x)); }

// By Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7.
inline __attribute__((always_inline)) float Erf(float x) {
  const float size = std::fabs(x);
  const float t = 1.0f / (1.0f + 0.3275911f * size);
  const float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
  return std::copysign(1.0f - p * Exp(-size * size), x);
}

inline __attribute__((always_inline)) float Gelu(float x) { return 0.5f * x * (1.0f + Erf(x * 0.70710678f)); }

// 0.5 x (1 + tanh(u)) = x * sigmoid(2u)
inline __attribute__((always_inline)) float GeluTanh(float x) { return x / (1.0f + Exp(-1.5957691216f * (x + 0.044715f * x * x * x))); }

}  // namespace fovea::encoder
