#include "indexer/scan_bound.h"

#include <algorithm>
#include <cmath>

#include "encoder/cpu_clones.h"

namespace fovea::indexer {
namespace {

constexpr size_t kLanes = 16;  // sums side by side, so that they go into registers
constexpr int64_t kMostByte = 127;
constexpr int64_t kMostProduct = (int64_t{1} << 31) - 1;
constexpr double kUp = 1 + 1e-6;  // more than a rounding to float takes away

struct Parts {
  float scale;
  double vector_squares;
  double residual_squares;
};

template <typename Code>
inline __attribute__((always_inline)) Parts CodeAny(const float* __restrict vector, size_t dim, float most, Code* __restrict codes) {
  float largest[kLanes] = {};
  double squares[kLanes] = {}, residuals[kLanes] = {};
  const size_t whole = dim / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) largest[lane] = std::max(largest[lane], std::abs(vector[i + lane]));
  }
  for (size_t i = whole; i < dim; ++i) largest[i - whole] = std::max(largest[i - whole], std::abs(vector[i]));
  const float extent = *std::max_element(largest, largest + kLanes);
  const float scale = extent > 1e-30f ? extent / most : 1.0f, inverse = 1.0f / scale, shift = most + 1.5f;
  const auto code = [&](size_t i, size_t lane) __attribute__((always_inline)) {
    const int32_t number = static_cast<int32_t>(vector[i] * inverse + shift) - static_cast<int32_t>(most + 1);
    codes[i] = static_cast<Code>(number);
    const double value = vector[i], rest = value - static_cast<double>(scale) * number;
    squares[lane] += value * value;
    residuals[lane] += rest * rest;
  };
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) code(i + lane, lane);
  }
  for (size_t i = whole; i < dim; ++i) code(i, i - whole);
  Parts parts{scale, 0, 0};
  for (size_t lane = 0; lane < kLanes; ++lane) {
    parts.vector_squares += squares[lane];
    parts.residual_squares += residuals[lane];
  }
  return parts;
}

FOVEA_CPU_CLONES Parts CodeBytes(const float* row, size_t dim, int8_t* codes) { return CodeAny(row, dim, kMostByte, codes); }

FOVEA_CPU_CLONES Parts CodeShorts(const float* query, size_t dim, float most, int16_t* codes) { return CodeAny(query, dim, most, codes); }

}  // namespace

RowCode CodeRow(const float* row, size_t dim, int8_t* codes) {
  const Parts parts = CodeBytes(row, dim, codes);
  return {.scale = parts.scale, .residual = static_cast<float>(std::sqrt(parts.residual_squares) * kUp)};
}

QueryCode CodeQuery(const float* query, size_t dim, int16_t* codes) {
  const int64_t most = std::min<int64_t>(32766, kMostProduct / (kMostByte * static_cast<int64_t>(dim)) - 1);
  const Parts parts = CodeShorts(query, dim, static_cast<float>(most), codes);
  const double length = std::sqrt(parts.vector_squares), residual = std::sqrt(parts.residual_squares);
  return {.scale = parts.scale,
          .weight = static_cast<float>((length + residual) * kUp),
          .slack = static_cast<float>((kMaxLength * residual + kRounding) * kUp)};
}

}  // namespace fovea::indexer
