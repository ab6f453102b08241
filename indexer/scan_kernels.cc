#include "indexer/scan_kernels.h"

namespace fovea::indexer {
namespace {

void Products(const RowBlock& rows, const QueryBlock& queries, size_t lane, int32_t* sums) {
  for (size_t row = 0; row < kBlockRows; ++row) sums[row] = 0;
  for (size_t pair = 0; pair < queries.pairs; ++pair) {
    const int8_t* codes = rows.codes + pair * 2 * kBlockRows;
    const int32_t first = queries.codes[(pair * queries.lanes + lane) * 2];
    const int32_t second = queries.codes[(pair * queries.lanes + lane) * 2 + 1];
    for (size_t row = 0; row < kBlockRows; ++row) sums[row] += first * codes[2 * row] + second * codes[2 * row + 1];
  }
}

}  // namespace

void ScanPortable(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds) {
  for (size_t lane = 0; lane < queries.lanes; ++lane) {
    int32_t sums[kBlockRows];
    Products(rows, queries, lane, sums);
    unsigned hits = 0;
    for (size_t row = 0; row < kBlockRows; ++row) {
      const float estimate = static_cast<float>(sums[row]) * queries.scales[lane] * rows.scales[row];
      const float upper = estimate + queries.weights[lane] * rows.residuals[row];
      bounds.upper[lane][row] = upper;
      hits |= static_cast<unsigned>(upper >= queries.floors[lane]) << row;
    }
    bounds.hits[lane] = static_cast<uint16_t>(hits);
  }
}

std::vector<ScanKernel> UsableScanKernels() {
  std::vector<ScanKernel> usable;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  if (avx512 && __builtin_cpu_supports("avx512vnni")) usable.push_back({"AVX-512 VNNI", ScanAvx512Vnni});
  if (avx512) usable.push_back({"AVX-512", ScanAvx512});
  if (avx2 && __builtin_cpu_supports("avxvnni")) usable.push_back({"AVX-VNNI", ScanAvxVnni});
  if (avx2) usable.push_back({"AVX2", ScanAvx2});
#endif
  usable.push_back({"portable", ScanPortable});
  return usable;
}

}  // namespace fovea::indexer
