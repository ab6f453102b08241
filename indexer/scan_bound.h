#pragma once
// How far an inner product of byte codes can lie from the true one: the bound that makes the two-pass scan exact.
//
// A row x is coded as x = s c + r (c: bytes in -127..127, s: its scale, r: what is left, the residual), a query as q = t g + u
// (g: 16-bit numbers). Then, with Cauchy-Schwarz and |s c| <= |x| + |r|,
//
//   |x.q - s t (c.g)|  =  |r.q + s c.u|  <=  |r| |q| + (|x| + |r|) |u|  =  |r| (|q| + |u|)  +  |x| |u|
//                                                                          `row's' `weight'    `slack'
//
// |r| is worked out in double for each row when it is coded and kept; |u| is some 4e-5 for 512 dimensions, as 16 bits are many. c.g is
// exact: g is cut so that |c.g| < 2^31. `slack` adds kRounding for what floats lose between codes, bounds, floor and score: at most
// ten roundings on either side, of numbers below 4, so less than 10 x 2^-23 = 1.2e-6. Hence for every row
//   estimate - weight |r| - slack  <=  score  <=  estimate + weight |r| + slack        (score: exact_score.h)
//
// Owns:    nothing.
// Threads: pure functions.
// Errors:  none. Requires: vectors no longer than kMaxLength; finite numbers.
// Units:   cosines.
#include <cstddef>
#include <cstdint>

namespace fovea::indexer {

inline constexpr float kMaxLength = 1.001f;
inline constexpr float kRounding = 2e-6f;

struct RowCode {
  float scale = 0;     // s
  float residual = 0;  // |r|, rounded up
};

struct QueryCode {
  float scale = 0;   // t
  float weight = 0;  // |q| + |u|, rounded up
  float slack = 0;   // kMaxLength |u| + kRounding, rounded up
};

// Writes dim codes.
RowCode CodeRow(const float* row, size_t dim, int8_t* codes);
QueryCode CodeQuery(const float* query, size_t dim, int16_t* codes);

}  // namespace fovea::indexer
