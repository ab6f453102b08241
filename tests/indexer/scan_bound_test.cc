// The bounds of scan_bound.h, and that every kernel works them out.
// label: unit
#include "indexer/scan_bound.h"

#include <gmock/gmock.h>

#include <cmath>
#include <utility>
#include <vector>

#include "indexer/exact_score.h"
#include "indexer/int8_rows.h"
#include "indexer/scan_kernels.h"
#include "tests/support/random_vectors.h"

namespace fovea::indexer {
namespace {

using test::Normalised;
using Vector = std::vector<float>;

Vector Random(size_t dim, uint64_t seed, float first) {
  Vector vector = test::RandomVectors(seed).Values(dim);
  vector[0] += first;
  return Normalised(std::move(vector));
}

// Sixteen rows: any direction, ever more dominated by their first dimension, and the constant vector, whose codes are all 127.
std::vector<Vector> SixteenRows(size_t dim) {
  std::vector<Vector> rows;
  for (size_t row = 0; row + 1 < kBlockRows; ++row) rows.push_back(Random(dim, row, row < 8 ? 0.0f : std::pow(4.0f, static_cast<float>(row) - 8)));
  rows.push_back(Normalised(Vector(dim, 1.0f)));
  return rows;
}

long double TrueProduct(const Vector& a, const Vector& b) {
  long double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<long double>(a[i]) * b[i];
  return sum;
}

struct Asked {
  QueryCode code;
  std::vector<int16_t> codes;
  QueryBlock block;
};

Asked Code(const Vector& query) {
  Asked asked;
  asked.codes.resize((query.size() + 1) / 2 * 2);
  asked.code = CodeQuery(query.data(), query.size(), asked.codes.data());
  asked.block.lanes = 1;
  asked.block.pairs = asked.codes.size() / 2;
  asked.block.codes = asked.codes.data();
  asked.block.scales[0] = asked.code.scale;
  asked.block.weights[0] = asked.code.weight;
  return asked;
}

TEST(ScanBound, HoldsEveryScoreBetweenItsBoundsWithEveryKernel) {
  for (const size_t dim : {1, 2, 3, 17, 64, 512, 513, 1280, 4096}) {
    const std::vector<Vector> rows = SixteenRows(dim);
    Int8Rows codes(dim);
    codes.Resize(kBlockRows);
    for (size_t row = 0; row < kBlockRows; ++row) codes.Set(row, rows[row].data());
    for (const Vector& query : rows) {
      const Asked asked = Code(query);
      for (const ScanKernel& kernel : UsableScanKernels()) {
        BlockBounds bounds;
        kernel.scan(codes.Block(0), asked.block, bounds);
        for (size_t row = 0; row < kBlockRows; ++row) {
          const float score = ExactScore(rows[row].data(), query.data(), dim), upper = bounds.upper[0][row] + asked.code.slack;
          const float width = 2 * (asked.code.weight * codes.Block(0).residuals[row] + asked.code.slack);
          ASSERT_GE(upper, score) << kernel.name << ", dim " << dim << ", row " << row;
          ASSERT_LE(upper - width, score) << kernel.name << ", dim " << dim << ", row " << row;
        }
      }
    }
  }
}

// A residual that were too large would keep the scan exact and make it slow.
TEST(ScanBound, KeepsResidualsNearWhatRoundingToBytesLeaves) {
  for (const size_t dim : {64, 512, 1280}) {
    const Vector row = Random(dim, 3, 0);
    std::vector<int8_t> codes(dim);
    const RowCode code = CodeRow(row.data(), dim, codes.data());
    long double squares = 0;
    for (size_t i = 0; i < dim; ++i) squares += std::pow(static_cast<long double>(row[i]) - static_cast<long double>(code.scale) * codes[i], 2);
    EXPECT_GE(code.residual, std::sqrt(squares));
    EXPECT_LE(code.residual, std::sqrt(squares) * 1.00001);
    EXPECT_LE(code.residual, 0.7 * code.scale / 2 * std::sqrt(static_cast<double>(dim)));
  }
}

TEST(ScanBound, CodesOfTheLargestProductsStayBelowTwoToThe31) {
  for (const size_t dim : {512, 513, 1280, 4096}) {
    const Vector vector = Normalised(Vector(dim, -1.0f));
    std::vector<int8_t> row(dim);
    std::vector<int16_t> query(dim);
    CodeRow(vector.data(), dim, row.data());
    CodeQuery(vector.data(), dim, query.data());
    int64_t sum = 0;
    for (size_t i = 0; i < dim; ++i) sum += int64_t{row[i]} * query[i];
    EXPECT_LT(sum, int64_t{1} << 31);
    EXPECT_GT(sum, int64_t{1} << 30);
  }
}

TEST(ExactScore, RoundsTheTrueProductOnce) {
  for (const size_t dim : {1, 15, 16, 17, 512, 1280}) {
    for (uint64_t seed = 0; seed < 50; ++seed) {
      const Vector a = Random(dim, seed, 0), b = Random(dim, seed + 100, 2);
      EXPECT_EQ(ExactScore(a.data(), b.data(), dim), static_cast<float>(TrueProduct(a, b))) << "dim " << dim;
    }
  }
}

TEST(ScanKernels, ReportTheRowsThatReachTheFloor) {
  constexpr size_t kDim = 20;
  const std::vector<Vector> rows = SixteenRows(kDim);
  Int8Rows codes(kDim);
  codes.Resize(kBlockRows);
  for (size_t row = 0; row < kBlockRows; ++row) codes.Set(row, rows[row].data());
  Asked asked = Code(rows[2]);
  for (const ScanKernel& kernel : UsableScanKernels()) {
    BlockBounds bounds;
    asked.block.floors[0] = -2;
    kernel.scan(codes.Block(0), asked.block, bounds);
    EXPECT_EQ(bounds.hits[0], 0xffff) << kernel.name;
    asked.block.floors[0] = 0.9f;
    kernel.scan(codes.Block(0), asked.block, bounds);
    EXPECT_EQ(bounds.hits[0], 1u << 2) << kernel.name;
  }
}

}  // namespace
}  // namespace fovea::indexer
