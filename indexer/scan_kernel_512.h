#pragma once
// The scan kernel in registers of 512 bits, for the files that define FOVEA_SCAN_TARGET (the instruction sets, as GCC's attribute
// takes them) and FOVEA_SCAN_DOT(sums, a, b) (adds to each 32-bit sum the two products of 16-bit numbers) before they include it.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none.
// Shapes:  as scan_kernels.h; one register holds the sums of a block's 16 rows for one query.
#include <immintrin.h>

#include <cstring>

#include "indexer/scan_kernels.h"

namespace fovea::indexer {
namespace {

#define FOVEA_SCAN_FUNCTION __attribute__((target(FOVEA_SCAN_TARGET)))

FOVEA_SCAN_FUNCTION inline __attribute__((always_inline)) void Bound(__m512i sums, const RowBlock& rows, const QueryBlock& queries, size_t lane,
                                                                     BlockBounds& bounds) {
  const __m512 estimates =
      _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_set1_ps(queries.scales[lane])), _mm512_loadu_ps(rows.scales));
  const __m512 upper = _mm512_add_ps(estimates, _mm512_mul_ps(_mm512_set1_ps(queries.weights[lane]), _mm512_loadu_ps(rows.residuals)));
  _mm512_store_ps(bounds.upper[lane], upper);
  bounds.hits[lane] = _mm512_cmp_ps_mask(upper, _mm512_set1_ps(queries.floors[lane]), _CMP_GE_OQ);
}

// kSteps pairs of dimensions go into sums of their own, so that few queries do not wait for one another's additions.
template <size_t kLanes, size_t kSteps>
FOVEA_SCAN_FUNCTION void ScanLanes(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  __m512i sums[kSteps][kLanes];
  for (size_t step = 0; step < kSteps; ++step) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[step][lane] = _mm512_setzero_si512();
  }
  const auto add = [&](size_t pair, __m512i* to) FOVEA_SCAN_FUNCTION __attribute__((always_inline)) {
    const __m512i row = _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows.codes + pair * 2 * kBlockRows)));
#pragma GCC unroll 16
    for (size_t lane = 0; lane < kLanes; ++lane) {
      int32_t two;
      std::memcpy(&two, queries.codes + (pair * kLanes + lane) * 2, sizeof two);
      to[lane] = FOVEA_SCAN_DOT(to[lane], row, _mm512_set1_epi32(two));
    }
  };
  size_t pair = 0;
  for (; pair + kSteps <= queries.pairs; pair += kSteps) {
#pragma GCC unroll 8
    for (size_t step = 0; step < kSteps; ++step) add(pair + step, sums[step]);
  }
  for (; pair < queries.pairs; ++pair) add(pair, sums[0]);
#pragma GCC unroll 16
  for (size_t lane = 0; lane < kLanes; ++lane) {
    __m512i sum = sums[0][lane];
    for (size_t step = 1; step < kSteps; ++step) sum = _mm512_add_epi32(sum, sums[step][lane]);
    Bound(sum, rows, queries, lane, bounds);
  }
}

FOVEA_SCAN_FUNCTION inline void ScanBlock(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  switch (queries.lanes) {
    case 1: return ScanLanes<1, 8>(rows, queries, bounds);
    case 2: return ScanLanes<2, 4>(rows, queries, bounds);
    case 4: return ScanLanes<4, 2>(rows, queries, bounds);
    case 8: return ScanLanes<8, 1>(rows, queries, bounds);
    default: return ScanLanes<16, 1>(rows, queries, bounds);
  }
}

}  // namespace
}  // namespace fovea::indexer
