#include "encoder/pil_resize.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>

// One machine-code version per instruction set, chosen when the program is loaded. (A sanitizer's start-up comes too late
// for that choice.)
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define FOVEA_PER_INSTRUCTION_SET __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOVEA_PER_INSTRUCTION_SET
#endif

namespace fovea::encoder {
namespace {

constexpr int kLanes = 16;  // rows (horizontal pass) or samples (vertical pass) that are computed side by side

size_t Index(int64_t value) { return static_cast<size_t>(value); }

#if defined(__SSE2__)
// 16 bytes of each of 16 rows -> 16 columns of 16 bytes.
void Transpose16(const uint8_t* const rows[kLanes], int64_t offset, uint8_t* out) {
  __m128i a[kLanes];
  __m128i b[kLanes];
  for (int r = 0; r < kLanes; ++r) a[r] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[r] + offset));
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < kLanes / 2; ++i) {
      b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + kLanes / 2]);
      b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + kLanes / 2]);
    }
    std::copy(b, b + kLanes, a);
  }
  for (int r = 0; r < kLanes; ++r) _mm_storeu_si128(reinterpret_cast<__m128i*>(out) + r, a[r]);
}
#else
void Transpose16(const uint8_t* const rows[kLanes], int64_t offset, uint8_t* out) {
  for (int i = 0; i < kLanes; ++i) {
    for (int r = 0; r < kLanes; ++r) out[i * kLanes + r] = rows[r][offset + i];
  }
}
#endif

void TurnRows(const uint8_t* const rows[kLanes], int64_t samples, uint8_t* out) {
  int64_t i = 0;
  for (; i + kLanes <= samples; i += kLanes) Transpose16(rows, i, out + i * kLanes);
  for (; i < samples; ++i) {
    for (int r = 0; r < kLanes; ++r) out[i * kLanes + r] = rows[r][i];
  }
}

// Of kLanes sums with kPilFractionBits bits each. (Plain loops over kLanes numbers: the compiler keeps them in one vector.)
inline __attribute__((always_inline)) void StoreClipped(const int32_t* sums, uint8_t* out) {
  for (int l = 0; l < kLanes; ++l) out[l] = static_cast<uint8_t>(std::clamp(sums[l] >> kPilFractionBits, 0, 255));
}

// kLanes results from `count` groups of kLanes samples that lie `step` apart.
inline __attribute__((always_inline)) void FilterLanes(const uint8_t* samples, size_t step, int count, const int32_t* weights, uint8_t* out) {
  int32_t sums[kLanes];
  for (int l = 0; l < kLanes; ++l) sums[l] = 1 << (kPilFractionBits - 1);
  for (int j = 0; j < count; ++j) {
    for (int l = 0; l < kLanes; ++l) sums[l] += samples[Index(j) * step + Index(l)] * weights[j];
  }
  StoreClipped(sums, out);
}

// `columns` begins at the axis' first input pixel; `out` gets kLanes bytes per output sample.
FOVEA_PER_INSTRUCTION_SET void FilterColumns(const uint8_t* columns, int channels, const PilAxis& axis, uint8_t* out) {
  const size_t step = Index(channels) * kLanes;
  for (size_t i = 0; i < axis.windows.size(); ++i) {
    const PilAxis::Window window = axis.windows[i];
    const uint8_t* column = columns + Index(window.first - axis.first()) * step;
    for (int c = 0; c < channels; ++c, out += kLanes) FilterLanes(column + c * kLanes, step, window.count, axis.WeightsOf(i), out);
  }
}

// One output row from the rows of `plane` that the window names; `stride` is a multiple of kLanes.
FOVEA_PER_INSTRUCTION_SET void FilterRows(const uint8_t* plane, size_t stride, int count, const int32_t* weights, uint8_t* out) {
  for (size_t x = 0; x < stride; x += kLanes) FilterLanes(plane + x, stride, count, weights, out + x);
}

// A part of a picture between the passes: rows of `stride` bytes, a multiple of kLanes.
struct Plane {
  int rows = 0;
  size_t stride = 0;
  std::vector<uint8_t> samples = {};

  Plane(int row_count, size_t row_samples)
      : rows(row_count), stride((row_samples + kLanes - 1) / kLanes * kLanes), samples(stride * Index(row_count)) {}
  uint8_t* Row(int64_t row) { return samples.data() + Index(row) * stride; }
  const uint8_t* Row(int64_t row) const { return samples.data() + Index(row) * stride; }
};

// Which pixels of one axis of the input the result needs.
struct Range {
  int first = 0;
  int end = 0;
  int length() const { return end - first; }
};

const uint8_t* SampleAt(const SampleView& input, int x, int y) {
  return input.samples + (Index(y) * Index(input.width) + Index(x)) * Index(input.channels);
}

Plane CopyPart(const SampleView& input, const Range& columns, const Range& rows) {
  const size_t row_samples = Index(columns.length()) * Index(input.channels);
  Plane plane(rows.length(), row_samples);
  for (int y = 0; y < plane.rows; ++y) std::memcpy(plane.Row(y), SampleAt(input, columns.first, rows.first + y), row_samples);
  return plane;
}

// `row_at(y)` is where the axis' first input pixel of row y lies.
template <typename RowAt>
Plane FilterAcross(const RowAt& row_at, int rows, int channels, const PilAxis& axis) {
  const int64_t wanted = int64_t{axis.end() - axis.first()} * channels;
  const size_t results = axis.windows.size() * Index(channels);
  Plane plane(rows, results);
  std::vector<uint8_t> columns(Index(wanted) * kLanes);
  std::vector<uint8_t> filtered(plane.stride * kLanes);
  for (int row = 0; row < rows; row += kLanes) {
    const uint8_t* sources[kLanes];
    for (int r = 0; r < kLanes; ++r) sources[r] = row_at(std::min(row + r, rows - 1));
    TurnRows(sources, wanted, columns.data());
    FilterColumns(columns.data(), channels, axis, filtered.data());
    for (size_t i = 0; i < plane.stride; i += kLanes) {
      const uint8_t* lanes[kLanes];
      for (int r = 0; r < kLanes; ++r) lanes[r] = filtered.data() + (i + Index(r)) * kLanes;
      uint8_t turned[kLanes * kLanes];
      Transpose16(lanes, 0, turned);
      for (int r = 0; r < std::min(kLanes, rows - row); ++r) std::memcpy(plane.Row(row + r) + i, turned + r * kLanes, kLanes);
    }
  }
  return plane;
}

// `plane` begins at the axis' first input row.
Plane FilterDown(const Plane& plane, const PilAxis& axis) {
  Plane result(static_cast<int>(axis.windows.size()), plane.stride);
  for (int y = 0; y < result.rows; ++y) {
    const PilAxis::Window window = axis.windows[Index(y)];
    FilterRows(plane.Row(window.first - axis.first()), plane.stride, window.count, axis.WeightsOf(Index(y)), result.Row(y));
  }
  return result;
}

// The part's pixels of an axis that keeps its size.
Range Unchanged(int64_t first, int length) { return {static_cast<int>(first), static_cast<int>(first) + length}; }

}  // namespace

bool PilResizesDownFirst(int width, int height, int64_t output_width, int64_t output_height) {
  return height > output_height && height - output_height > (width - output_width) * 2;
}

std::vector<uint8_t> ResizePart(const SampleView& input, int64_t output_width, int64_t output_height,
                                Interpolation interpolation, const PixelRect& part) {
  const bool across = output_width != input.width || input.across.length > 0;
  const bool down = output_height != input.height || input.down.length > 0;
  const PilAxis wide = across ? MakePilAxis(input.width, output_width, interpolation, part.x, part.width, input.across) : PilAxis();
  const PilAxis tall = down ? MakePilAxis(input.height, output_height, interpolation, part.y, part.height, input.down) : PilAxis();
  const Range columns = across ? Range{wide.first(), wide.end()} : Unchanged(part.x, part.width);
  const Range rows = down ? Range{tall.first(), tall.end()} : Unchanged(part.y, part.height);
  const Plane result = [&] {
    if (!across || PilResizesDownFirst(input.width, input.height, output_width, output_height)) {
      const Plane copy = CopyPart(input, columns, rows);
      Plane low = down ? FilterDown(copy, tall) : copy;
      return across ? FilterAcross([&low](int y) { return low.Row(y); }, low.rows, input.channels, wide) : low;
    }
    Plane narrow = FilterAcross([&](int y) { return SampleAt(input, columns.first, rows.first + y); }, rows.length(), input.channels, wide);
    return down ? FilterDown(narrow, tall) : narrow;
  }();
  const size_t row_bytes = Index(part.width) * Index(input.channels);
  std::vector<uint8_t> tight(row_bytes * Index(part.height));
  for (int y = 0; y < part.height; ++y) std::memcpy(tight.data() + Index(y) * row_bytes, result.Row(y), row_bytes);
  return tight;
}

std::vector<uint8_t> ResizePartNearest(const SampleView& input, int64_t output_width, int64_t output_height, const PixelRect& part) {
  // PIL adds the step up in double; the sums, not the products, decide which pixel is nearest.
  const auto positions = [](int from, int64_t to, int64_t begin, int count) {
    const double step = static_cast<double>(from) / static_cast<double>(to);
    std::vector<size_t> result;
    double at = step * 0.5;
    for (int64_t i = 0; i < begin + count; ++i, at += step) {
      if (i >= begin) result.push_back(Index(std::clamp(static_cast<int>(at), 0, from - 1)));
    }
    return result;
  };
  const std::vector<size_t> xs = positions(input.width, output_width, part.x, part.width);
  const std::vector<size_t> ys = positions(input.height, output_height, part.y, part.height);
  const size_t channels = Index(input.channels);
  std::vector<uint8_t> result;
  result.reserve(xs.size() * ys.size() * channels);
  for (const size_t y : ys) {
    for (const size_t x : xs) {
      const uint8_t* pixel = input.samples + (y * Index(input.width) + x) * channels;
      result.insert(result.end(), pixel, pixel + channels);
    }
  }
  return result;
}

}  // namespace fovea::encoder
