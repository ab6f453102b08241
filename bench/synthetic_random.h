#pragma once
// SyntheticRandom gives numbers that depend on a seed, a stream and their place alone, the same ones on every machine.
//
// Owns:    a counter.
// Threads: a value of one thread.
// Errors:  none.
// Units:   Unit() lies in [0, 1).
#include <cstdint>

namespace fovea::bench {

class SyntheticRandom {
 public:
  SyntheticRandom(uint64_t seed, uint64_t stream) : state_(Mix(seed * 0x9e3779b97f4a7c15u ^ Mix(stream + 0x632be59bd9b4e019u))) {}

  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15u); }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  // From 0 on, below `count`.
  uint32_t Below(uint32_t count) { return static_cast<uint32_t>(Unit() * count); }
  bool Chance(double share) { return Unit() < share; }

 private:
  static uint64_t Mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
  }
  uint64_t state_;
};

}  // namespace fovea::bench
