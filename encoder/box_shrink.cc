#include "encoder/box_shrink.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fovea::encoder {
namespace {

int RoundedUp(int size, int factor) { return (size + factor - 1) / factor; }

}  // namespace

BoxShrink::BoxShrink(int width, int height, int channels, int factor)
    : input_width_(width), input_height_(height), channels_(channels), factor_(factor), width_(RoundedUp(width, factor)), height_(RoundedUp(height, factor)) {
  result_.reserve(static_cast<size_t>(width_) * static_cast<size_t>(height_) * static_cast<size_t>(channels));
  if (factor > 1 || channels == 4) sums_.assign(static_cast<size_t>(width) * static_cast<size_t>(channels), 0);
}

void BoxShrink::AddRow(std::span<const uint8_t> row) {
  if (factor_ == 1 && channels_ == 3) {
    result_.insert(result_.end(), row.begin(), row.end());
    return;
  }
  if (channels_ == 3) {
    for (size_t i = 0; i < sums_.size(); ++i) sums_[i] += row[i];
  } else {
    for (size_t i = 0; i < sums_.size(); i += 4) {
      const uint32_t alpha = row[i + 3];
      for (size_t c = 0; c < 3; ++c) sums_[i + c] += row[i + c] * alpha;
      sums_[i + 3] += alpha;
    }
  }
  ++rows_seen_;
  if (rows_seen_ % factor_ == 0 || rows_seen_ == input_height_) FinishRow();
}

void BoxShrink::FinishRow() {
  const size_t channels = static_cast<size_t>(channels_);
  const uint32_t rows = static_cast<uint32_t>((rows_seen_ - 1) % factor_ + 1);
  for (int x = 0; x < input_width_; x += factor_) {
    const int last = std::min(x + factor_, input_width_);
    std::array<uint32_t, 4> block{};
    for (size_t i = static_cast<size_t>(x) * channels; i < static_cast<size_t>(last) * channels; i += channels) {
      for (size_t c = 0; c < channels; ++c) block[c] += sums_[i + c];
    }
    const uint32_t count = rows * static_cast<uint32_t>(last - x);
    for (size_t c = 0; c < channels; ++c) {
      const uint32_t whole = channels == 4 && c < 3 ? count * 255 : count;
      result_.push_back(static_cast<uint8_t>((block[c] + whole / 2) / whole));
    }
  }
  std::ranges::fill(sums_, 0u);
}

std::vector<uint8_t> BoxShrink::Take() { return std::move(result_); }

}  // namespace fovea::encoder
