#pragma once
// ExactScan finds the rows with the largest inner product to each query, exactly, and reads a quarter of what fp32 rows weigh.
//
// First pass: byte codes of all rows (int8_rows.h) against 16-bit codes of the queries give upper and lower bounds of each score
// (scan_bound.h). The k-th best lower bound is a floor that no row below it can pass. Second pass: rows whose upper bound reaches
// the floor are scored exactly (exact_score.h), highest upper bound first, until the next one's is below the k-th best score.
// Hence the answer is that of scoring every row exactly: ids, scores, ties by smaller id, on every machine.
//
// Owns:    a ScanTeam. Borrows the rows during a search; lists of candidates take 8 bytes each, usually some hundreds per query.
// Threads: any number search at once; large scans take turns on the team. Small ones run on the caller's thread alone.
// Errors:  none. Requires: queries of dim finite values, no longer than kMaxLength; rows likewise.
// Shapes:  codes, vectors and ids are by row and of one length.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "indexer/int8_rows.h"
#include "indexer/row_filter.h"
#include "indexer/scan_kernels.h"
#include "indexer/scan_team.h"
#include "indexer/vector_index.h"
#include "indexer/vector_rows.h"

namespace fovea::indexer {

struct ScanRows {
  const VectorRows& vectors;
  const Int8Rows& codes;
  std::span<const storage::PhotoId> ids;
};

struct ScanQuery {
  std::span<const float> vector;
  size_t k = 0;
  const RowFilter* filter = nullptr;  // none: every row
};

struct ScanAnswer {
  std::vector<Neighbour> found;  // best first, min(k, rows allowed)
  size_t rescored = 0;           // rows that the second pass read
};

class ExactScan {
 public:
  struct Options {
    size_t threads = 0;                // 0: every core this process may use
    std::optional<ScanKernel> kernel;  // none: the fastest of this machine
  };
  ExactScan() : ExactScan(Options()) {}
  explicit ExactScan(Options options);

  // Whether a search takes so long that it is worth waking threads and sharing with other callers.
  static bool IsLarge(const Int8Rows& codes, size_t queries);
  // One answer per query. All queries go through the rows together.
  std::vector<ScanAnswer> Search(const ScanRows& rows, std::span<const ScanQuery> queries);

  const char* kernel() const { return kernel_.name; }
  ScanTeam& team() { return team_; }

 private:
  const ScanKernel kernel_;
  ScanTeam team_;
};

// Codes every row of `vectors`, on the team's threads.
void CodeAllRows(const VectorRows& vectors, ScanTeam& team, Int8Rows& codes);

}  // namespace fovea::indexer
