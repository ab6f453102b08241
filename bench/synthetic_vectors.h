#pragma once
// SyntheticVectors makes unit vectors that lie as CLIP's do: pictures of a mixture, and texts of another distribution.
//
// Owns:    the directions of its clusters (about 4,400 x dim floats).
// Threads: any thread may call any method once it is made.
// Errors:  none. Requires: 8 <= dim, `out` of dim values.
// Shapes:  vectors are dim floats of unit length; picture i and text i depend on the seed, dim and i alone.
//
// Pictures: a constant direction (two pictures of unlike things have a cosine near 0.5), 256 topics of very uneven size with
// 16 kinds each, and an own part that falls off along the axes as a spectrum does; events (32 pictures in a row) keep to a
// topic, bursts (8 in a row) are near-equal. Texts: a constant direction of their own that hardly agrees with the pictures',
// a weak part towards one kind, and an own part in the axes that pictures use least. So a text's best cosine is near 0.35
// where a picture's best is above 0.85, as with CLIP.
#include <cstdint>
#include <span>
#include <vector>

namespace fovea::bench {

class SyntheticVectors {
 public:
  static constexpr uint32_t kTopics = 256;
  static constexpr uint32_t kKinds = 16;         // of each topic
  static constexpr uint64_t kEventPictures = 32;
  static constexpr uint64_t kBurstPictures = 8;

  explicit SyntheticVectors(int64_t dim, uint64_t seed = 1);

  int64_t dim() const { return static_cast<int64_t>(dim_); }
  void Picture(uint64_t picture, std::span<float> out) const;
  void Text(uint64_t text, std::span<float> out) const;
  // The known truth: topic * kKinds + kind, of a picture and of what a text asks for.
  uint32_t ClusterOf(uint64_t picture) const;
  uint32_t TargetOf(uint64_t text) const;
  // Whether the picture belongs to a burst; all of a burst show what its first one shows.
  bool InBurst(uint64_t picture) const;

 private:
  void MixPicture(uint64_t picture, std::span<float> out) const;
  void AddNoise(uint64_t stream, float scale, std::span<const float> spectrum, std::span<float> out) const;
  void Turn(std::span<float> out) const;

  const size_t dim_;
  const uint64_t seed_;
  std::vector<float> normal_;            // quantiles of the normal distribution
  std::vector<float> spectrum_;          // dim: of pictures, squares sum to 1
  std::vector<float> text_spectrum_;     // dim: the same, backwards
  std::vector<float> signs_;             // 2 x dim: of the turn
  std::vector<float> picture_centre_;    // dim
  std::vector<float> text_centre_;       // dim
  std::vector<float> topics_, kinds_;    // kTopics x dim, kTopics * kKinds x dim
};

}  // namespace fovea::bench
