#include "indexer/int8_rows.h"

#include <cstring>
#include <vector>

#include "indexer/scan_bound.h"

namespace fovea::indexer {
namespace {

size_t WholeBlocks(size_t rows) { return (rows + kBlockRows - 1) / kBlockRows * kBlockRows; }

}  // namespace

void Int8Rows::Reserve(size_t rows) {
  codes_.Reserve(WholeBlocks(rows) * pairs_ * 2);
  scales_.Reserve(WholeBlocks(rows));
  residuals_.Reserve(WholeBlocks(rows));
}

void Int8Rows::Resize(size_t rows) {
  codes_.Resize(WholeBlocks(rows) * pairs_ * 2);
  scales_.Resize(WholeBlocks(rows));
  residuals_.Resize(WholeBlocks(rows));
  rows_ = rows;
}

void Int8Rows::Release() {
  codes_.Release();
  scales_.Release();
  residuals_.Release();
  rows_ = 0;
}

void Int8Rows::Set(size_t row, const float* vector) {
  thread_local std::vector<int8_t> codes;
  codes.resize(pairs_ * 2);
  codes.back() = 0;  // where dim is odd
  const RowCode code = CodeRow(vector, dim_, codes.data());
  int8_t* to = Codes(row);
  for (size_t pair = 0; pair < pairs_; ++pair) std::memcpy(to + pair * 2 * kBlockRows, codes.data() + pair * 2, 2);
  scales_.data()[row] = code.scale;
  residuals_.data()[row] = code.residual;
}

void Int8Rows::Copy(size_t from, size_t to) {
  const int8_t* source = Codes(from);
  int8_t* target = Codes(to);
  for (size_t pair = 0; pair < pairs_; ++pair) std::memcpy(target + pair * 2 * kBlockRows, source + pair * 2 * kBlockRows, 2);
  scales_.data()[to] = scales_.data()[from];
  residuals_.data()[to] = residuals_.data()[from];
}

}  // namespace fovea::indexer
