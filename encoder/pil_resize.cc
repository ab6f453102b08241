#include "encoder/pil_resize.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>

#include "encoder/pil_coefficients.h"

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
using Bytes16 = uint8_t __attribute__((vector_size(16)));
using Ints16 = int32_t __attribute__((vector_size(64)));

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

inline __attribute__((always_inline)) void StoreClipped(const Ints16& sum, uint8_t* out) {
  Ints16 value = sum >> kPilFractionBits;
  value = value < 0 ? Ints16{} : value;
  value = value > 255 ? Ints16{} + 255 : value;
  const Bytes16 bytes = __builtin_convertvector(value, Bytes16);
  std::memcpy(out, &bytes, sizeof(bytes));
}

inline __attribute__((always_inline)) void AddWeighted(const uint8_t* samples, int32_t weight, Ints16& sum) {
  Bytes16 bytes;
  std::memcpy(&bytes, samples, sizeof(bytes));
  sum += __builtin_convertvector(bytes, Ints16) * weight;
}

// `columns` begins at input pixel `first`; `out` gets kLanes bytes per output sample.
FOVEA_PER_INSTRUCTION_SET void FilterColumns(const uint8_t* columns, int first, int channels, const PilAxis& axis, uint8_t* out) {
  for (size_t i = 0; i < axis.windows.size(); ++i) {
    const PilAxis::Window window = axis.windows[i];
    const int32_t* weights = axis.WeightsOf(i);
    for (int c = 0; c < channels; ++c) {
      const uint8_t* column = columns + (Index(window.first - first) * Index(channels) + Index(c)) * kLanes;
      Ints16 sum = Ints16{} + (1 << (kPilFractionBits - 1));
      for (int j = 0; j < window.count; ++j) AddWeighted(column + Index(j) * Index(channels) * kLanes, weights[j], sum);
      StoreClipped(sum, out);
      out += kLanes;
    }
  }
}

// One output row from the rows of `plane` that the window names; `stride` is a multiple of kLanes.
FOVEA_PER_INSTRUCTION_SET void FilterRows(const uint8_t* plane, size_t stride, int count, const int32_t* weights, uint8_t* out) {
  for (size_t x = 0; x < stride; x += kLanes) {
    Ints16 sum = Ints16{} + (1 << (kPilFractionBits - 1));
    for (int j = 0; j < count; ++j) AddWeighted(plane + Index(j) * stride + x, weights[j], sum);
    StoreClipped(sum, out + x);
  }
}

// What stands between the passes: the rows that the vertical pass reads, already as wide as the part.
struct Between {
  int first_row = 0;
  int rows = 0;
  size_t stride = 0;  // bytes per row, a multiple of kLanes
  std::vector<uint8_t> samples;
};

Between MakeBetween(int first_row, int rows, int width, int channels) {
  Between between{.first_row = first_row, .rows = rows, .samples = {}};
  between.stride = (Index(width) * Index(channels) + kLanes - 1) / kLanes * kLanes;
  between.samples.resize(between.stride * Index(rows));
  return between;
}

void CopyColumns(const SampleView& input, const PixelRect& part, Between& between) {
  const size_t row_bytes = Index(input.width) * Index(input.channels);
  for (int row = 0; row < between.rows; ++row) {
    const uint8_t* from = input.samples + Index(between.first_row + row) * row_bytes + Index(part.x) * Index(input.channels);
    std::memcpy(between.samples.data() + Index(row) * between.stride, from, Index(part.width) * Index(input.channels));
  }
}

void ResizeHorizontally(const SampleView& input, const PilAxis& axis, Between& between) {
  const size_t row_bytes = Index(input.width) * Index(input.channels);
  const int first = axis.windows.front().first;
  const int last = axis.windows.back().first + axis.windows.back().count;
  const int64_t wanted = int64_t{last - first} * input.channels;
  const size_t results = axis.windows.size() * Index(input.channels);
  std::vector<uint8_t> columns(Index(wanted) * kLanes);
  std::vector<uint8_t> filtered((results + kLanes) * kLanes);
  for (int row = 0; row < between.rows; row += kLanes) {
    const int lanes = std::min(kLanes, between.rows - row);
    const uint8_t* rows[kLanes];
    for (int r = 0; r < kLanes; ++r) {
      const int source = between.first_row + row + std::min(r, lanes - 1);
      rows[r] = input.samples + Index(source) * row_bytes + Index(first) * Index(input.channels);
    }
    TurnRows(rows, wanted, columns.data());
    FilterColumns(columns.data(), first, input.channels, axis, filtered.data());
    for (int r = 0; r < lanes; ++r) {
      uint8_t* out = between.samples.data() + Index(row + r) * between.stride;
      for (size_t i = 0; i < results; ++i) out[i] = filtered[i * kLanes + Index(r)];
    }
  }
}

}  // namespace

std::vector<uint8_t> ResizePart(const SampleView& input, int64_t output_width, int64_t output_height,
                                Interpolation interpolation, const PixelRect& part) {
  const bool tall_changes = output_height != input.height;
  PilAxis down;
  int first_row = 0;  // that the vertical pass reads
  int rows = part.height;
  if (tall_changes) {
    down = MakePilAxis(input.height, output_height, interpolation, part.y, part.height);
    first_row = down.windows.front().first;
    rows = down.windows.back().first + down.windows.back().count - first_row;
  } else {
    first_row = static_cast<int>(part.y);
  }
  Between between = MakeBetween(first_row, rows, part.width, input.channels);
  if (output_width == input.width) {
    CopyColumns(input, part, between);
  } else {
    ResizeHorizontally(input, MakePilAxis(input.width, output_width, interpolation, part.x, part.width), between);
  }
  const size_t row_bytes = Index(part.width) * Index(input.channels);
  std::vector<uint8_t> result(row_bytes * Index(part.height));
  std::vector<uint8_t> line(between.stride);
  for (int y = 0; y < part.height; ++y) {
    const uint8_t* from = between.samples.data() + Index(y) * between.stride;
    if (tall_changes) {
      const PilAxis::Window window = down.windows[Index(y)];
      FilterRows(between.samples.data() + Index(window.first - first_row) * between.stride, between.stride, window.count,
                 down.WeightsOf(Index(y)), line.data());
      from = line.data();
    }
    std::memcpy(result.data() + Index(y) * row_bytes, from, row_bytes);
  }
  return result;
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
