#include "encoder/norm_kernels.h"

#include <cmath>

#include "encoder/cpu_clones.h"

namespace fovea::encoder {
namespace {

struct Moments {
  float mean = 0;
  float scale = 0;  // 1 / sqrt(variance + epsilon)
};

FOVEA_CPU_CLONES Moments MomentsOf(const float* row, int64_t width, float epsilon) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += row[i];
  const float mean = sum / static_cast<float>(width);
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < width; ++i) squares += (row[i] - mean) * (row[i] - mean);
  return {.mean = mean, .scale = 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon)};
}

}  // namespace

FOVEA_CPU_CLONES void AddRow(float* __restrict sum, const float* __restrict addend, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) sum[i] += addend[i];
}

FOVEA_CPU_CLONES void AddRow(float* __restrict sum, const Bfloat16* __restrict addend, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; ++i) sum[i] += ToFloat(addend[i]);
}

FOVEA_CPU_CLONES void NormaliseRow(const float* row, const NormParameters& norm, float* __restrict out) {
  const Moments moments = MomentsOf(row, norm.width, norm.epsilon);
#pragma omp simd
  for (int64_t i = 0; i < norm.width; ++i) out[i] = (row[i] - moments.mean) * moments.scale * norm.weight[i] + norm.bias[i];
}

FOVEA_CPU_CLONES void NormaliseRow(const float* row, const NormParameters& norm, Bfloat16* __restrict out) {
  const Moments moments = MomentsOf(row, norm.width, norm.epsilon);
#pragma omp simd
  for (int64_t i = 0; i < norm.width; ++i) out[i] = ToBfloat16((row[i] - moments.mean) * moments.scale * norm.weight[i] + norm.bias[i]);
}

}  // namespace fovea::encoder
