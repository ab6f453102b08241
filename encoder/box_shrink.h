#pragma once
// BoxShrink takes the rows of a picture and keeps only the averages of blocks of factor x factor pixels, so that a large
// picture never stands in memory whole.
//
// Owns:    the small picture and one row of sums.
// Threads: each object belongs to one thread.
// Errors:  none. Requires: exactly `height` rows are given; 1 <= factor <= kMaxFactor; 3 channels (RGB) or 4 (RGBA).
// Units:   pixels; sizes are rounded up, a block at the edge is the average of what it has.
#include <cstdint>
#include <span>
#include <vector>

namespace fovea::encoder {

class BoxShrink {
 public:
  static constexpr int kMaxFactor = 128;  // 128 * 128 * 255 * 255 fits in 32 bits

  BoxShrink(int width, int height, int channels, int factor);

  void AddRow(std::span<const uint8_t> row);
  int width() const { return width_; }
  int height() const { return height_; }
  // width * height * channels; with 4 channels the colours come out multiplied by alpha. May be called once.
  std::vector<uint8_t> Take();

 private:
  void FinishRow();

  const int input_width_;
  const int input_height_;
  const int channels_;
  const int factor_;
  const int width_;
  const int height_;
  int rows_seen_ = 0;
  std::vector<uint32_t> sums_;  // input_width * channels: of the rows of the block so far
  std::vector<uint8_t> result_;
};

}  // namespace fovea::encoder
