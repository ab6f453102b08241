#include "tests/support/reference_noise.h"

namespace fovea::test {

uint64_t NoiseHash(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

double ReferenceNoise(std::string_view name, uint64_t index) { return ReferenceNoise(NoiseHash(name), index); }

double ReferenceNoise(uint64_t hash, uint64_t index) {
  uint64_t z = hash + (index + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) / (1 << 24);
}

std::vector<uint8_t> ReferenceBytes(std::string_view name, size_t count) {
  std::vector<uint8_t> bytes(count);
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(256 * ReferenceNoise(name, i));
  return bytes;
}

}  // namespace fovea::test
