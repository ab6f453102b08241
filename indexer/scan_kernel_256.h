#pragma once
// The scan kernel in registers of 256 bits, for the files that define FOVEA_SCAN_TARGET (the instruction sets, as GCC's attribute
// takes them) and FOVEA_SCAN_DOT(sums, a, b) (adds to each 32-bit sum the two products of 16-bit numbers) before they include it.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none.
// Shapes:  as scan_kernels.h; two registers hold the sums of a block's 16 rows for one query. Four queries go at a time: more
//          sums than that do not fit into 16 registers.
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "indexer/scan_kernels.h"

namespace fovea::indexer {
namespace {

#define FOVEA_SCAN_FUNCTION __attribute__((target(FOVEA_SCAN_TARGET)))

FOVEA_SCAN_FUNCTION inline __attribute__((always_inline)) unsigned BoundHalf(__m256i sums, const RowBlock& rows, size_t first_row,
                                                                             const QueryBlock& queries, size_t lane, BlockBounds& bounds) {
  const __m256 estimates =
      _mm256_mul_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_set1_ps(queries.scales[lane])), _mm256_loadu_ps(rows.scales + first_row));
  const __m256 upper = _mm256_add_ps(estimates, _mm256_mul_ps(_mm256_set1_ps(queries.weights[lane]), _mm256_loadu_ps(rows.residuals + first_row)));
  _mm256_store_ps(bounds.upper[lane] + first_row, upper);
  const __m256 hits = _mm256_cmp_ps(upper, _mm256_set1_ps(queries.floors[lane]), _CMP_GE_OQ);
  return static_cast<unsigned>(_mm256_movemask_ps(hits)) << first_row;
}

// kSteps pairs of dimensions go into sums of their own, so that few queries do not wait for one another's additions.
template <size_t kLanes, size_t kSteps>
FOVEA_SCAN_FUNCTION void ScanLanes(const RowBlock& rows, const QueryBlock& queries, size_t first_lane, BlockBounds& bounds) {
  __m256i sums[kSteps][kLanes][2];
  for (auto& step : sums) {
    for (auto& lane : step) lane[0] = lane[1] = _mm256_setzero_si256();
  }
  const auto add = [&](size_t pair, __m256i(*to)[2]) FOVEA_SCAN_FUNCTION __attribute__((always_inline)) {
    const auto* codes = reinterpret_cast<const __m128i*>(rows.codes + pair * 2 * kBlockRows);
    const __m256i low = _mm256_cvtepi8_epi16(_mm_loadu_si128(codes)), high = _mm256_cvtepi8_epi16(_mm_loadu_si128(codes + 1));
#pragma GCC unroll 4
    for (size_t lane = 0; lane < kLanes; ++lane) {
      int32_t two;
      std::memcpy(&two, queries.codes + (pair * queries.lanes + first_lane + lane) * 2, sizeof two);
      const __m256i query = _mm256_set1_epi32(two);
      to[lane][0] = FOVEA_SCAN_DOT(to[lane][0], low, query);
      to[lane][1] = FOVEA_SCAN_DOT(to[lane][1], high, query);
    }
  };
  size_t pair = 0;
  for (; pair + kSteps <= queries.pairs; pair += kSteps) {
#pragma GCC unroll 4
    for (size_t step = 0; step < kSteps; ++step) add(pair + step, sums[step]);
  }
  for (; pair < queries.pairs; ++pair) add(pair, sums[0]);
#pragma GCC unroll 4
  for (size_t lane = 0; lane < kLanes; ++lane) {
    __m256i low = sums[0][lane][0], high = sums[0][lane][1];
    for (size_t step = 1; step < kSteps; ++step) {
      low = _mm256_add_epi32(low, sums[step][lane][0]);
      high = _mm256_add_epi32(high, sums[step][lane][1]);
    }
    const unsigned hits = BoundHalf(low, rows, 0, queries, first_lane + lane, bounds) | BoundHalf(high, rows, 8, queries, first_lane + lane, bounds);
    bounds.hits[first_lane + lane] = static_cast<uint16_t>(hits);
  }
}

FOVEA_SCAN_FUNCTION inline void ScanBlock(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  if (queries.lanes == 1) return ScanLanes<1, 4>(rows, queries, 0, bounds);
  if (queries.lanes == 2) return ScanLanes<2, 2>(rows, queries, 0, bounds);
  for (size_t lane = 0; lane < queries.lanes; lane += 4) ScanLanes<4, 1>(rows, queries, lane, bounds);
}

}  // namespace
}  // namespace fovea::indexer
