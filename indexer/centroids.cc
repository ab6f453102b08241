#include "indexer/centroids.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "indexer/coded_queries.h"

namespace fovea::indexer {
namespace {

constexpr float kNone = -1e30f;  // the bias of empty rows in the last block

float Dot(const float* a, const float* b, size_t dim) { return std::inner_product(a, a + dim, b, 0.0f); }

void CodeAll(std::span<const float> values, size_t dim, Int8Rows& codes) {
  codes.Resize(values.size() / dim);
  for (size_t row = 0; row < codes.size(); ++row) codes.Set(row, &values[row * dim]);
}

}  // namespace

Centroids::Centroids(CentroidNumbers numbers)
    : numbers_(std::move(numbers)), kernel_(UsableScanKernels().front()), middles_(numbers_.dim), rests_(numbers_.dim), stretched_(numbers_.dim) {
  const size_t dim = numbers_.dim;
  CodeAll(numbers_.middles, dim, middles_);
  CodeAll(numbers_.rests, dim, rests_);
  for (size_t i = 0; i < size(); ++i) offset_ += Dot(&numbers_.middles[i * dim], numbers_.towards.data(), dim) / static_cast<float>(size());
  std::vector<float> stretched(numbers_.middles.size());
  for (size_t i = 0; i < size(); ++i) Stretch(&numbers_.middles[i * dim], &stretched[i * dim]);
  CodeAll(stretched, dim, stretched_);
  for (size_t i = 0; i < stretched_.blocks() * kBlockRows; ++i) {
    const float* middle = stretched.data() + i * dim;
    stretched_.SetResidual(i, i < size() ? -Dot(middle, middle, dim) / 2 : kNone);
  }
}

void Centroids::Stretch(const float* row, float* out) const {
  const float along = Dot(row, numbers_.towards.data(), numbers_.dim) - offset_;
  for (size_t i = 0; i < numbers_.dim; ++i) out[i] = row[i] + along * numbers_.towards[i];
}

// The nearest middle is that of the largest x.c - |c|^2 / 2.
std::vector<uint32_t> Centroids::Nearest(std::span<const float* const> rows) const {
  std::vector<uint32_t> nearest(rows.size());
  std::vector<float> stretched(kMostQueries * numbers_.dim);
  const float* lanes[kMostQueries];
  BlockBounds bounds;
  for (size_t first = 0; first < rows.size(); first += kMostQueries) {
    const size_t count = std::min(kMostQueries, rows.size() - first);
    for (size_t lane = 0; lane < count; ++lane) {
      float* const out = &stretched[lane * numbers_.dim];
      Stretch(rows[first + lane], out);
      lanes[lane] = out;
    }
    const CodedQueries coded(std::span(lanes, count), numbers_.dim);
    QueryBlock query = coded.block();
    std::fill_n(query.weights, count, 1.0f);
    for (size_t block = 0; block < stretched_.blocks(); ++block) {
      kernel_.scan(stretched_.Block(block), query, bounds);
      for (size_t lane = 0; lane < count; ++lane) {
        for (unsigned hits = bounds.hits[lane]; hits != 0; hits &= hits - 1) {
          const auto row = static_cast<uint32_t>(std::countr_zero(hits));
          if (bounds.upper[lane][row] <= query.floors[lane]) continue;
          query.floors[lane] = bounds.upper[lane][row];
          nearest[first + lane] = static_cast<uint32_t>(block * kBlockRows) + row;
        }
      }
    }
  }
  return nearest;
}

std::vector<float> Centroids::Products(const Int8Rows& rows, QueryBlock query) const {
  query.weights[0] = 0;
  std::vector<float> products(rows.blocks() * kBlockRows);
  BlockBounds bounds;
  for (size_t block = 0; block < rows.blocks(); ++block) {
    kernel_.scan(rows.Block(block), query, bounds);
    std::copy_n(bounds.upper[0], kBlockRows, products.begin() + static_cast<std::ptrdiff_t>(block * kBlockRows));
  }
  products.resize(rows.size());
  return products;
}

std::vector<float> Centroids::Scores(const QueryBlock& query) const { return Products(middles_, query); }

float Centroids::Deviation(const QueryBlock& query) const {
  double squares = 0;
  for (const float product : Products(rests_, query)) squares += double{product} * product;
  return static_cast<float>(std::sqrt(squares / static_cast<double>(rests_.size())));
}

}  // namespace fovea::indexer
