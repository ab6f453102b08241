#include "encoder/bf16_attention.h"

#include <algorithm>
#include <cmath>

#include "encoder/device_choice.h"
#include "encoder/vector_math.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define FOVEA_BF16 __attribute__((target("arch=x86-64-v4,avx512bf16")))
#endif

namespace fovea::encoder {

#if defined(__x86_64__)
namespace {

constexpr int64_t kLanes = 16;          // fp32 numbers in a register
constexpr int64_t kColumnsPerStep = 64;  // four registers
constexpr int kRowsPerStep = 6;          // of four registers of sums each, which leaves eight for what is multiplied

// Two bf16, read as the one number that the instructions take.
using PairOfBf16 __attribute__((may_alias)) = uint32_t;

int64_t RoundUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

struct Factors {
  const Bfloat16* left = nullptr;  // rows of pairs
  int64_t left_stride = 0;
  const uint32_t* right = nullptr;  // rows of columns, a pair each
  int64_t right_stride = 0;
  int64_t pairs = 0;
};

// out[row][0 .. 16 * kRegisters) = the sum over all pairs of left[row][pair] * right[pair][column].
template <int kRows, int kRegisters>
FOVEA_BF16 void Multiply(const Factors& factors, float* out, int64_t out_stride) {
  __m512 sums[kRows][kRegisters];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kRegisters; ++c) sums[r][c] = _mm512_setzero_ps();
  }
  const auto* left = reinterpret_cast<const PairOfBf16*>(factors.left);
  const int64_t left_stride = factors.left_stride / 2;
  const uint32_t* right = factors.right;
  for (int64_t pair = 0; pair < factors.pairs; ++pair, right += factors.right_stride) {
    __m512i columns[kRegisters];
#pragma GCC unroll 4
    for (int c = 0; c < kRegisters; ++c) columns[c] = _mm512_loadu_si512(right + c * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const __m512i row = _mm512_set1_epi32(static_cast<int>(left[r * left_stride + pair]));
#pragma GCC unroll 4
      for (int c = 0; c < kRegisters; ++c) {
        sums[r][c] = _mm512_dpbf16_ps(sums[r][c], reinterpret_cast<__m512bh>(row), reinterpret_cast<__m512bh>(columns[c]));
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kRegisters; ++c) _mm512_storeu_ps(out + r * out_stride + c * kLanes, sums[r][c]);
  }
}

template <int kRows>
void MultiplyRegisters(int64_t registers, const Factors& factors, float* out, int64_t out_stride) {
  switch (registers) {
    case 1: return Multiply<kRows, 1>(factors, out, out_stride);
    case 2: return Multiply<kRows, 2>(factors, out, out_stride);
    case 3: return Multiply<kRows, 3>(factors, out, out_stride);
    default: return Multiply<kRows, 4>(factors, out, out_stride);
  }
}

// probabilities = e^(scale * (scores - their largest)), not yet divided by their sum, which is returned. Zero from `count` on.
FOVEA_BF16 float Exponentiate(const float* scores, int64_t count, int64_t columns, float scale, Bfloat16* __restrict probabilities) {
  float largest = scores[0];
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < count; ++i) largest = scores[i] > largest ? scores[i] : largest;
  float sum = 0;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) probabilities[i] = ToBfloat16(Exp((scores[i] - largest) * scale));
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += ToFloat(probabilities[i]);
  std::fill(probabilities + count, probabilities + columns, Bfloat16{});
  return sum;
}

FOVEA_BF16 void StoreScaled(const float* row, int64_t count, float scale, Bfloat16* __restrict out) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) out[i] = ToBfloat16(row[i] * scale);
}

}  // namespace

bool Bf16Attention::IsThere() { return CpuHasBfloat16(); }

Bf16Attention::Bf16Attention(const Shape& shape)
    : shape_(shape), columns_(RoundUp(shape.tokens, kColumnsPerStep)), lanes_(RoundUp(shape.width, kLanes)),
      keys_(static_cast<size_t>(shape.width / 2 * columns_)), values_(static_cast<size_t>(columns_ / 2 * lanes_)),
      scores_(static_cast<size_t>(kRowsPerStep * columns_)), probabilities_(static_cast<size_t>(kRowsPerStep * columns_)) {}

void Bf16Attention::PackKeysAndValues(const Head& head) {
  const int64_t pairs = shape_.width / 2;
  for (int64_t token = 0; token < shape_.tokens; ++token) {
    const auto* row = reinterpret_cast<const PairOfBf16*>(head.k + token * shape_.stride);
    uint32_t* to = keys_.data() + token;
    for (int64_t pair = 0; pair < pairs; ++pair) to[pair * columns_] = row[pair];
  }
  for (int64_t token = 0; token < shape_.tokens; token += 2) {
    const Bfloat16* low = head.v + token * shape_.stride;
    uint32_t* to = values_.data() + token / 2 * lanes_;
    if (token + 1 == shape_.tokens) {
      for (int64_t i = 0; i < shape_.width; ++i) to[i] = low[i].bits;
      break;
    }
    const Bfloat16* high = low + shape_.stride;
    for (int64_t i = 0; i < shape_.width; ++i) to[i] = low[i].bits | static_cast<uint32_t>(high[i].bits) << 16;
  }
}

template <int kRows>
void Bf16Attention::RunRows(const Head& head, int64_t first) {
  const int64_t seen = shape_.causal ? first + kRows : shape_.tokens;  // by the last row; all that any row needs
  for (int64_t column = 0; column < seen; column += kColumnsPerStep) {
    const Factors factors{.left = head.q + first * shape_.stride, .left_stride = shape_.stride, .right = keys_.data() + column,
                          .right_stride = columns_, .pairs = shape_.width / 2};
    Multiply<kRows, 4>(factors, scores_.data() + column, columns_);
  }
  float sums[kRows];
  const float scale = 1.0f / std::sqrt(static_cast<float>(shape_.width));
  for (int r = 0; r < kRows; ++r) {
    const int64_t count = shape_.causal ? first + r + 1 : shape_.tokens;
    sums[r] = Exponentiate(scores_.data() + r * columns_, count, columns_, scale, probabilities_.data() + r * columns_);
  }
  float out[kRows][kColumnsPerStep];
  for (int64_t lane = 0; lane < lanes_; lane += kColumnsPerStep) {
    const Factors factors{.left = probabilities_.data(), .left_stride = columns_, .right = values_.data() + lane, .right_stride = lanes_,
                          .pairs = (seen + 1) / 2};
    MultiplyRegisters<kRows>((lanes_ - lane) / kLanes, factors, out[0], kColumnsPerStep);
    const int64_t count = std::min(kColumnsPerStep, shape_.width - lane);
    for (int r = 0; r < kRows; ++r) StoreScaled(out[r], count, 1.0f / sums[r], head.out + (first + r) * shape_.out_stride + lane);
  }
}

void Bf16Attention::Run(const Head& head) {
  PackKeysAndValues(head);
  int64_t row = 0;
  for (; row + kRowsPerStep <= shape_.tokens; row += kRowsPerStep) RunRows<kRowsPerStep>(head, row);
  for (; row < shape_.tokens; ++row) RunRows<1>(head, row);
}

#else

bool Bf16Attention::IsThere() { return false; }
Bf16Attention::Bf16Attention(const Shape& shape) : shape_(shape), columns_(0), lanes_(0) {}
void Bf16Attention::Run(const Head&) {}

#endif

}  // namespace fovea::encoder
