#include "indexer/coded_queries.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "indexer/scan_bound.h"

namespace fovea::indexer {

CodedQueries::CodedQueries(std::span<const float* const> queries, size_t dim) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  block_.lanes = std::bit_ceil(queries.size());
  block_.pairs = (dim + 1) / 2;
  codes_.assign(block_.pairs * block_.lanes * 2, 0);
  std::ranges::fill(block_.floors, kInfinity);
  std::vector<int16_t> codes(block_.pairs * 2);
  for (size_t lane = 0; lane < queries.size(); ++lane) {
    codes.back() = 0;  // where dim is odd
    const QueryCode code = CodeQuery(queries[lane], dim, codes.data());
    for (size_t i = 0; i < codes.size(); ++i) codes_[(i / 2 * block_.lanes + lane) * 2 + i % 2] = codes[i];
    block_.scales[lane] = code.scale;
    block_.weights[lane] = code.weight;
    block_.floors[lane] = -kInfinity;
    slacks_[lane] = code.slack;
  }
}

}  // namespace fovea::indexer
