// The loops of our own over rows against the formulas in double, at widths that no vector divides.
// label: unit
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "encoder/norm_kernels.h"
#include "encoder/quantise_kernels.h"

namespace fovea::test {
namespace {

using namespace encoder;

std::vector<float> RandomRow(size_t width, float scale = 3) {
  std::mt19937 random(static_cast<uint32_t>(width));
  std::normal_distribution<float> normal(0.5f, scale);
  std::vector<float> row(width);
  for (float& value : row) value = normal(random);
  return row;
}

constexpr size_t kWidths[] = {1, 7, 24, 128, 771};

TEST(NormKernels, NormaliseLikeTheFormula) {
  for (const size_t width : kWidths) {
    const std::vector<float> row = RandomRow(width), weight = RandomRow(width + 1), bias = RandomRow(width + 2);
    double mean = 0, variance = 0;
    for (const float value : row) mean += value / static_cast<double>(width);
    for (const float value : row) variance += (value - mean) * (value - mean) / static_cast<double>(width);
    const NormParameters norm{.width = static_cast<int64_t>(width), .weight = weight.data(), .bias = bias.data(), .epsilon = 1e-5f};
    std::vector<float> out(width);
    std::vector<Bfloat16> half(width);
    NormaliseRow(row.data(), norm, out.data());
    NormaliseRow(row.data(), norm, half.data());
    for (size_t i = 0; i < width; ++i) {
      const double expected = (row[i] - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i];
      EXPECT_NEAR(out[i], expected, 1e-5 * (1 + std::fabs(expected))) << width << " wide, at " << i;
      EXPECT_EQ(half[i].bits, ToBfloat16(out[i]).bits);
    }
  }
}

TEST(NormKernels, AddBothKindsOfRows) {
  for (const size_t width : kWidths) {
    std::vector<float> sum = RandomRow(width), addend = RandomRow(width + 3);
    const std::vector<float> before = sum;
    std::vector<Bfloat16> half;
    for (const float value : addend) half.push_back(ToBfloat16(value));
    AddRow(sum.data(), addend.data(), static_cast<int64_t>(width));
    for (size_t i = 0; i < width; ++i) EXPECT_EQ(sum[i], before[i] + addend[i]);
    sum = before;
    AddRow(sum.data(), half.data(), static_cast<int64_t>(width));
    for (size_t i = 0; i < width; ++i) EXPECT_EQ(sum[i], before[i] + ToFloat(half[i]));
  }
}

TEST(Bfloat16, RoundsToTheNearestAndKeepsWhatIsNoNumber) {
  EXPECT_EQ(ToFloat(ToBfloat16(1.0f)), 1.0f);
  EXPECT_EQ(ToFloat(ToBfloat16(1.00390625f)), 1.0f);         // halfway, to even
  EXPECT_EQ(ToFloat(ToBfloat16(1.01171875f)), 1.015625f);    // halfway, to even
  EXPECT_EQ(ToFloat(ToBfloat16(-1.005f)), -1.0078125f);
  EXPECT_TRUE(std::isnan(ToFloat(ToBfloat16(std::bit_cast<float>(0x7fffffffu)))));
  EXPECT_TRUE(std::isinf(ToFloat(ToBfloat16(std::numeric_limits<float>::infinity()))));
}

TEST(QuantiseKernels, KeepEachNumberWithinHalfAStep) {
  for (const size_t width : kWidths) {
    for (const ByteRange range : {ByteRange{}, ByteRange{.zero_point = 16, .most = 255}, ByteRange{.zero_point = 64, .most = 127}}) {
      const std::vector<float> row = RandomRow(width);
      std::vector<uint8_t> bytes(width);
      const float scale = QuantiseRow(row.data(), static_cast<int64_t>(width), range, bytes.data());
      for (size_t i = 0; i < width; ++i) {
        EXPECT_LE(bytes[i], range.most);
        EXPECT_NEAR((static_cast<double>(bytes[i]) - range.zero_point) * scale, row[i], scale * 0.501) << width << " wide, at " << i;
      }
    }
  }
}

TEST(QuantiseKernels, TellOfARowThatHoldsNoNumber) {
  std::vector<float> row = RandomRow(40);
  std::vector<uint8_t> bytes(40);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    row[17] = bad;
    EXPECT_TRUE(std::isnan(QuantiseRow(row.data(), 40, {}, bytes.data()))) << bad;
  }
  const std::vector<float> zeros(40);
  EXPECT_GT(QuantiseRow(zeros.data(), 40, {}, bytes.data()), 0);
  EXPECT_EQ(bytes, std::vector<uint8_t>(40, 128));
}

TEST(QuantiseKernels, ActivateLikeTheFormulas) {
  const std::vector<float> x = RandomRow(771, 6), bias = RandomRow(771, 1);
  const double scale = 0.7;
  for (const RowActivation activation : {RowActivation::kNone, RowActivation::kSilu, RowActivation::kGelu, RowActivation::kGeluTanh}) {
    std::vector<float> row = x;
    FinishRow(row.data(), 771, static_cast<float>(scale), bias.data(), activation);
    for (size_t i = 0; i < x.size(); ++i) {
      const double v = x[i] * scale + bias[i];
      double expected = v;
      if (activation == RowActivation::kSilu) expected = v / (1 + std::exp(-v));
      if (activation == RowActivation::kGelu) expected = 0.5 * v * (1 + std::erf(v / std::numbers::sqrt2));
      if (activation == RowActivation::kGeluTanh) expected = 0.5 * v * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v)));
      EXPECT_NEAR(row[i], expected, 2e-6 * (1 + std::fabs(v))) << "of " << v;
    }
  }
}

}  // namespace
}  // namespace fovea::test
