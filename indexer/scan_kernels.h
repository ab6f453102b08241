#pragma once
// A ScanKernel holds one block of 16 rows of bytes against up to 16 queries: upper bounds of the inner products, and who reaches
// its query's floor. There is one per instruction set; all compute the same integers.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none. A kernel that this machine cannot run is not in UsableScanKernels.
// Shapes:  below, at each field. Why the bounds hold: scan_bound.h.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fovea::indexer {

inline constexpr size_t kBlockRows = 16;
inline constexpr size_t kMostQueries = 16;

// Rows lie by pairs of dimensions, so that one load brings the same two dimensions of all 16 rows.
struct RowBlock {
  const int8_t* codes;      // pairs x kBlockRows x 2; where dim is odd, the last of each row is 0
  const float* scales;      // kBlockRows
  const float* residuals;   // kBlockRows
};

// `lanes` is 1, 2, 4, 8 or 16; lanes without a query hold zeros and a floor of infinity.
struct QueryBlock {
  size_t lanes = 0;
  size_t pairs = 0;                 // (dim + 1) / 2
  const int16_t* codes = nullptr;   // pairs x lanes x 2
  float scales[kMostQueries] = {};
  float weights[kMostQueries] = {};  // of a row's residual
  float floors[kMostQueries] = {};   // upper bounds below it are of no interest
};

struct BlockBounds {
  alignas(64) float upper[kMostQueries][kBlockRows];  // of each lane: scale * row's scale * product + weight * row's residual
  uint16_t hits[kMostQueries];                        // of each lane: bit r is set when row r's upper bound reaches the floor
};

struct ScanKernel {
  const char* name;
  void (*scan)(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds);
};

// Fastest first; the portable one is last and always there.
std::vector<ScanKernel> UsableScanKernels();

void ScanPortable(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds);
#if defined(__x86_64__)
void ScanAvx2(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds);
void ScanAvxVnni(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds);
void ScanAvx512(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds);
void ScanAvx512Vnni(const RowBlock& rows, const QueryBlock& queries, BlockBounds& bounds);
#endif

}  // namespace fovea::indexer
