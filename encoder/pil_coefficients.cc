// Compiled with -ffp-contract=off: the weights must round exactly as PIL's do.
#include "encoder/pil_coefficients.h"

#include <algorithm>
#include <cmath>

namespace fovea::encoder {
namespace {

double Bicubic(double x) {
  constexpr double kA = -0.5;
  const double t = std::fabs(x);
  if (t < 1.0) return ((kA + 2.0) * t - (kA + 3.0)) * t * t + 1;
  if (t < 2.0) return (((t - 5) * t + 8) * t - 4) * kA;
  return 0.0;
}

double Triangle(double x) {
  const double t = std::fabs(x);
  return t < 1.0 ? 1.0 - t : 0.0;
}

int32_t FixedPoint(double weight) {
  const double scaled = weight * (1 << kPilFractionBits);
  return static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

PilAxis MakePilAxis(int input, int64_t output, Interpolation interpolation, int64_t begin, int count, const PilSpan& span) {
  const bool bicubic = interpolation == Interpolation::kBicubic;
  const double scale = (span.length > 0 ? span.length : input) / static_cast<double>(output);
  const double filter_scale = std::max(scale, 1.0);
  const double support = (bicubic ? 2.0 : 1.0) * filter_scale;
  const double inverse = 1.0 / filter_scale;

  PilAxis axis;
  axis.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  axis.windows.resize(static_cast<size_t>(count));
  axis.weights.assign(axis.windows.size() * static_cast<size_t>(axis.stride), 0);
  axis.exact.assign(axis.weights.size(), 0.0);
  for (int i = 0; i < count; ++i) {
    const double centre = span.start + (static_cast<double>(begin + i) + 0.5) * scale;
    const int lo = std::max(0, static_cast<int>(centre - support + 0.5));
    const int hi = std::min(input, static_cast<int>(centre + support + 0.5));
    double* exact = axis.exact.data() + static_cast<size_t>(i) * static_cast<size_t>(axis.stride);
    double sum = 0.0;
    for (int j = 0; j < hi - lo; ++j) {
      const double x = (j + lo - centre + 0.5) * inverse;
      exact[j] = bicubic ? Bicubic(x) : Triangle(x);
      sum += exact[j];
    }
    axis.windows[static_cast<size_t>(i)] = {lo, hi - lo};
    int32_t* weights = axis.weights.data() + static_cast<size_t>(i) * static_cast<size_t>(axis.stride);
    for (int j = 0; j < hi - lo; ++j) {
      if (sum != 0.0) exact[j] /= sum;
      weights[j] = FixedPoint(exact[j]);
    }
  }
  return axis;
}

}  // namespace fovea::encoder
