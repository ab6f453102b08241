#pragma once
// PilAxis holds the taps and fixed-point weights with which PIL resizes one axis of a picture.
//
// Owns:    its tables.
// Threads: a value type.
// Errors:  none. Requires: sizes >= 1, the wanted part within the output.
// Units:   weights have 22 fractional bits; positions are pixels of the input.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoder/preprocess_profile.h"

namespace fovea::encoder {

inline constexpr int kPilFractionBits = 22;

// Which part of an axis is resized, as the box of PIL's resize has it.
struct PilSpan {
  double start = 0;
  double length = 0;  // 0: all of it
};

struct PilAxis {
  struct Window {
    int first = 0;  // of the input
    int count = 0;
  };
  int stride = 0;                // weights per window, unused ones are 0
  std::vector<Window> windows;   // one per wanted output position
  std::vector<int32_t> weights;  // windows x stride
  std::vector<double> exact;     // the same before they are rounded, as 16-bit samples need them

  const int32_t* WeightsOf(size_t i) const { return weights.data() + i * static_cast<size_t>(stride); }
  const double* ExactWeightsOf(size_t i) const { return exact.data() + i * static_cast<size_t>(stride); }
  int first() const { return windows.front().first; }
  int end() const { return windows.back().first + windows.back().count; }
};

// For output positions begin .. begin + count - 1 of an axis that goes from `input` to `output` pixels.
PilAxis MakePilAxis(int input, int64_t output, Interpolation interpolation, int64_t begin, int count, const PilSpan& span = {});

}  // namespace fovea::encoder
