#pragma once
// CodedQueries holds up to 16 queries in the 16-bit codes that the scan kernels take.
//
// Owns:    the codes; `block` points into them and stays valid when this object moves.
// Threads: any may read.
// Errors:  none. Requires: 1 to 16 queries of dim finite values.
// Shapes:  as QueryBlock.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "indexer/scan_kernels.h"

namespace fovea::indexer {

class CodedQueries {
 public:
  CodedQueries(std::span<const float* const> queries, size_t dim);

  // Floors are -infinity where there is a query.
  QueryBlock block() const {
    QueryBlock block = block_;
    block.codes = codes_.data();
    return block;
  }
  float slack(size_t lane) const { return slacks_[lane]; }

 private:
  std::vector<int16_t> codes_;
  QueryBlock block_;
  float slacks_[kMostQueries] = {};
};

}  // namespace fovea::indexer
