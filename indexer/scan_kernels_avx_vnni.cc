// The scan kernel for machines with VNNI in 256 bits and without AVX-512.
#if defined(__x86_64__)
#define FOVEA_SCAN_TARGET "avx2,avxvnni"
#define FOVEA_SCAN_DOT(sums, a, b) _mm256_dpwssd_avx_epi32(sums, a, b)
#include "indexer/scan_kernel_256.h"

namespace fovea::indexer {

__attribute__((target(FOVEA_SCAN_TARGET))) void ScanAvxVnni(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  ScanBlock(rows, queries, bounds);
}

}  // namespace fovea::indexer
#endif
