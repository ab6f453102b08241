// The scan kernel for machines with AVX-512 and without VNNI.
#if defined(__x86_64__)
#define FOVEA_SCAN_TARGET "avx512f,avx512bw"
#define FOVEA_SCAN_DOT(sums, a, b) _mm512_add_epi32(sums, _mm512_madd_epi16(a, b))
#include "indexer/scan_kernel_512.h"

namespace fovea::indexer {

__attribute__((target(FOVEA_SCAN_TARGET))) void ScanAvx512(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  ScanBlock(rows, queries, bounds);
}

}  // namespace fovea::indexer
#endif
