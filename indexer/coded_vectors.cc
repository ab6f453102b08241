#include "indexer/coded_vectors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "indexer/scan_bound.h"

namespace fovea::indexer {

void CodedVectors::Reserve(size_t rows) {
  ids_.reserve(rows);
  scales_.reserve(rows);
  residuals_.reserve(rows);
  codes_.Reserve(rows * stride_);
}

void CodedVectors::Add(storage::PhotoId id, std::span<const float> vector) {
  const size_t row = ids_.size();
  codes_.Resize((row + 1) * stride_);
  int8_t* const codes = codes_.data() + row * stride_;
  codes[stride_ - 1] = 0;  // where dim is odd
  const RowCode code = CodeRow(vector.data(), dim_, codes);
  ids_.push_back(id);
  scales_.push_back(code.scale);
  residuals_.push_back(code.residual);
}

void CodedVectors::AddTo(size_t row, std::span<float> sum) const {
  const int8_t* codes = Codes(row);
  const float scale = scales_[row];
  for (size_t i = 0; i < dim_; ++i) sum[i] += scale * static_cast<float>(codes[i]);
}

size_t PackedRows::RowsOf(size_t block) const { return std::min(kBlockRows, count_ - block * kBlockRows); }

void PackedRows::Fill(const CodedVectors& vectors, std::span<const uint32_t> rows) {
  count_ = rows.size();
  pairs_ = vectors.pairs();
  const size_t padded = blocks() * kBlockRows;
  codes_.resize(padded * pairs_ * 2);
  scales_.resize(padded);
  residuals_.resize(padded);
  for (size_t i = 0; i < count_; ++i) {
    const int8_t* from = vectors.Codes(rows[i]);
    int8_t* to = codes_.data() + i / kBlockRows * pairs_ * 2 * kBlockRows + i % kBlockRows * 2;
    for (size_t pair = 0; pair < pairs_; ++pair) std::memcpy(to + pair * 2 * kBlockRows, from + pair * 2, 2);
    scales_[i] = vectors.scale(rows[i]);
    residuals_[i] = vectors.residual(rows[i]);
  }
}

void PackedQueries::Fill(const CodedVectors& vectors, std::span<const uint32_t> rows, float weight) {
  const size_t lanes = std::bit_ceil(rows.size()), pairs = vectors.pairs();
  codes_.assign(pairs * lanes * 2, 0);
  block_ = QueryBlock{.lanes = lanes, .pairs = pairs, .codes = codes_.data()};
  std::fill(std::begin(block_.floors), std::end(block_.floors), std::numeric_limits<float>::infinity());
  for (size_t lane = 0; lane < rows.size(); ++lane) {
    const int8_t* from = vectors.Codes(rows[lane]);
    for (size_t pair = 0; pair < pairs; ++pair) {
      codes_[(pair * lanes + lane) * 2] = from[2 * pair];
      codes_[(pair * lanes + lane) * 2 + 1] = from[2 * pair + 1];
    }
    block_.scales[lane] = vectors.scale(rows[lane]);
    block_.weights[lane] = weight;
  }
}

}  // namespace fovea::indexer
