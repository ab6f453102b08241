// The scan kernel for machines with AVX-512 and VNNI.
#if defined(__x86_64__)
#define FOVEA_SCAN_TARGET "avx512f,avx512bw,avx512vnni"
#define FOVEA_SCAN_DOT(sums, a, b) _mm512_dpwssd_epi32(sums, a, b)
#include "indexer/scan_kernel_512.h"

namespace fovea::indexer {

__attribute__((target(FOVEA_SCAN_TARGET))) void ScanAvx512Vnni(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  ScanBlock(rows, queries, bounds);
}

}  // namespace fovea::indexer
#endif
