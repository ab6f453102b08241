// The scan kernel for any machine with AVX2.
#if defined(__x86_64__)
#define FOVEA_SCAN_TARGET "avx2"
#define FOVEA_SCAN_DOT(sums, a, b) _mm256_add_epi32(sums, _mm256_madd_epi16(a, b))
#include "indexer/scan_kernel_256.h"

namespace fovea::indexer {

__attribute__((target(FOVEA_SCAN_TARGET))) void ScanAvx2(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  ScanBlock(rows, queries, bounds);
}

}  // namespace fovea::indexer
#endif
