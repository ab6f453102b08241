#pragma once
// RandomVectors draws the same directions, every one as likely as any other, in each run.
//
// Owns:    its generator.
// Threads: one thread at a time.
// Errors:  none; the sum of squares is taken in double, apart from the code under test.
// Shapes:  `dim` floats.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace fovea::test {

// Requires: not all are 0.
inline std::vector<float> Normalised(std::vector<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  for (float& value : vector) value = static_cast<float>(value / std::sqrt(squares));
  return vector;
}

class RandomVectors {
 public:
  explicit RandomVectors(uint64_t seed) : random_(seed) {}

  std::vector<float> Unit(size_t dim) { return Normalised(Values(dim)); }
  // Not of unit length: values with a spread of 1 around this one.
  std::vector<float> Values(size_t dim, float around = 0) {
    std::vector<float> vector(dim);
    for (float& value : vector) value = around + Value();
    return vector;
  }
  float Value() { return normal_(random_); }
  uint64_t Below(uint64_t end) { return random_() % end; }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<float> normal_;
};

}  // namespace fovea::test
