#pragma once
// FindHitCut says where a question's hits end: how many of the best scores are hits, the rest being background.
//
// With u(s) = (s - mean) / deviation of the background, N pictures, Q the normal distribution's upper tail and the level
// L = 0.97 z, Q(z) = 1 / 2N (z: what the best of N unrelated pictures reaches every other time):
//   no hit    when u(s_1) < L;
//   otherwise the k, with s_k > s_k+1 and u(s_k) >= L / 2, of the largest
//     cliff(k) - 0.7 ln min(k, 8) / ln N - 0.2 |middle(k) - L| + 0.008 ln N ln 2 mix(k), where
//   cliff(k) = u_k - u_k+w, w = max(1, k / 8): how far the curve falls right behind k, over a share of k for many hits;
//   ln k / ln N: how many hits k is for a library of this size, nothing for one and 1 for all: many have to show a higher cliff;
//   middle(k) = (u_k + u_k+1) / 2: cliffs near the level that unrelated pictures hardly reach count for more;
//   mix(k) = N Q(u_k) / k, at least 1e-4: the share of the first k that unrelated pictures would make up. The larger the library,
//     the more hits run into what is merely related: the cliff tells less there, and how near the unrelated ones are tells more.
// Behind the last picture of the library lies the background's mean. The end of a curve that was cut short counts as a cliff of
// 0.5: hits may go on behind it.
// Where the constants come from and what they are worth: docs/decisions/008-hit-cutoff.md.
//
// Owns:    nothing.
// Threads: pure function.
// Errors:  none. An empty curve has no hits; a background without spread judges nothing: every score is a hit.
// Units:   scores are cosines, best first.
#include <cstddef>
#include <span>

namespace fovea::indexer {

// How questions score with pictures that have nothing to do with them.
struct ScoreBackground {
  double mean = 0;
  double deviation = 0;  // of one question's scores, on average
};

struct ScoreCurve {
  std::span<const float> best;  // falling; all of the library, or its best
  size_t pictures = 0;          // N, of which these are the best
};

struct HitCut {
  size_t hits = 0;  // the first of the curve
  float score = 0;  // hits score at least this: half-way into the cliff. Without hits: what the best would have to reach
};

HitCut FindHitCut(const ScoreCurve& curve, const ScoreBackground& background);

}  // namespace fovea::indexer
