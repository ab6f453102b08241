#pragma once
// ReferenceNoise gives the numbers from which CLIP's reference values were computed: a stream of u in [0, 1) per name,
// the same on every machine.
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none.
// Units:   none.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fovea::test {

// The 64-bit FNV-1a hash of the name.
uint64_t NoiseHash(std::string_view name);
// Element `index` of the stream called `name`.
double ReferenceNoise(std::string_view name, uint64_t index);
// The same by the name's hash, for streams of millions.
double ReferenceNoise(uint64_t hash, uint64_t index);
// floor(256 * u) of the first `count` elements.
std::vector<uint8_t> ReferenceBytes(std::string_view name, size_t count);

}  // namespace fovea::test
