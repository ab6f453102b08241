#include "bench/synthetic_vectors.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "bench/synthetic_random.h"

namespace fovea::bench {
namespace {

// What is drawn, so that no two things share their numbers.
enum Stream : uint64_t { kSigns = 1, kCentres, kTopicVectors, kKindVectors, kEvents, kPictures, kSpread, kPictureNoise, kBursts, kBurstNoise, kTexts, kTextNoise, kTextBlur };

constexpr size_t kQuantiles = 4096;
// Shares of a picture's and of a text's squared length.
constexpr float kPictureCentre = 0.50f, kTopic = 0.20f, kKind = 0.12f, kPictureOwn = 0.18f;
constexpr float kTextCentre = 0.62f, kTextContent = 0.06f, kTextBlurred = 0.06f, kTextOwn = 0.26f;
constexpr float kCentresAgree = 0.35f;  // cosine of the two constant directions
constexpr float kBurstSpread = 0.12f;   // of one picture of a burst, against a length of 1

uint64_t StreamOf(Stream stream, uint64_t number) { return uint64_t{stream} << 56 | number; }

// The value below which a share of the normal distribution lies, by bisection.
float NormalQuantile(double share) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < share ? low : high) = middle;
  }
  return static_cast<float>(low);
}

// A spectrum that falls off as the principal axes of CLIP's pictures do: some 100 of 512 carry most.
std::vector<float> FallingSpectrum(size_t dim) {
  std::vector<float> spectrum(dim);
  double squares = 0;
  for (size_t i = 0; i < dim; ++i) {
    spectrum[i] = static_cast<float>(std::pow(1 + static_cast<double>(i) / 8, -0.6));
    squares += double{spectrum[i]} * spectrum[i];
  }
  for (float& value : spectrum) value = static_cast<float>(value / std::sqrt(squares));
  return spectrum;
}

float Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
  return static_cast<float>(sum);
}

void AddScaled(std::span<const float> vector, float scale, std::span<float> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] += scale * vector[i];
}

void Normalise(std::span<float> out) {
  const float scale = 1 / std::sqrt(Dot(out, out));
  for (float& value : out) value *= scale;
}

// The Walsh-Hadamard turn of a power of two of values, up to its length.
void Hadamard(std::span<float> values) {
  for (size_t half = 1; half < values.size(); half *= 2) {
    for (size_t begin = 0; begin < values.size(); begin += 2 * half) {
      float* const low = &values[begin];
      float* const high = &values[begin + half];
      for (size_t i = 0; i < half; ++i) {
        const float sum = low[i] + high[i];
        high[i] = low[i] - high[i];
        low[i] = sum;
      }
    }
  }
}

// Low numbers far more often than high ones.
uint32_t Uneven(SyntheticRandom& random, uint32_t count, double power) {
  return std::min(count - 1, static_cast<uint32_t>(std::pow(random.Unit(), power) * count));
}

}  // namespace

SyntheticVectors::SyntheticVectors(int64_t dim, uint64_t seed)
    : dim_(static_cast<size_t>(dim)), seed_(seed), normal_(kQuantiles), spectrum_(FallingSpectrum(dim_)), text_spectrum_(spectrum_),
      signs_(2 * dim_), picture_centre_(dim_), text_centre_(dim_), topics_(kTopics * dim_), kinds_(size_t{kTopics} * kKinds * dim_) {
  for (size_t i = 0; i < kQuantiles; ++i) normal_[i] = NormalQuantile((static_cast<double>(i) + 0.5) / kQuantiles);
  std::reverse(text_spectrum_.begin(), text_spectrum_.end());
  SyntheticRandom signs(seed_, StreamOf(kSigns, 0));
  for (float& sign : signs_) sign = signs.Chance(0.5) ? 1.0f : -1.0f;
  AddNoise(StreamOf(kCentres, 0), 1, spectrum_, picture_centre_);
  Normalise(picture_centre_);
  AddNoise(StreamOf(kCentres, 1), 1, spectrum_, text_centre_);
  AddScaled(picture_centre_, -Dot(text_centre_, picture_centre_), text_centre_);
  Normalise(text_centre_);
  for (float& value : text_centre_) value *= std::sqrt(1 - kCentresAgree * kCentresAgree);
  AddScaled(picture_centre_, kCentresAgree, text_centre_);
  for (size_t i = 0; i < kTopics; ++i) {
    const auto topic = std::span(topics_).subspan(i * dim_, dim_);
    AddNoise(StreamOf(kTopicVectors, i), 1, spectrum_, topic);
    Normalise(topic);
  }
  for (size_t i = 0; i < size_t{kTopics} * kKinds; ++i) {
    const auto kind = std::span(kinds_).subspan(i * dim_, dim_);
    AddNoise(StreamOf(kKindVectors, i), 1, spectrum_, kind);
    Normalise(kind);
  }
}

// Adds a normal vector whose squared length is near scale^2: five values of every 64 random bits.
void SyntheticVectors::AddNoise(uint64_t stream, float scale, std::span<const float> spectrum, std::span<float> out) const {
  SyntheticRandom random(seed_, stream);
  for (size_t i = 0; i < dim_; i += 5) {
    uint64_t bits = random.Next();
    for (size_t j = i; j < std::min(i + 5, dim_); ++j, bits >>= 12) out[j] += scale * spectrum[j] * normal_[bits & (kQuantiles - 1)];
  }
}

// An orthogonal map that spreads every axis over all values, so that no coordinate is special: it turns the first values,
// then the last ones, as many as make a power of two.
void SyntheticVectors::Turn(std::span<float> out) const {
  const size_t turned = std::bit_floor(dim_);
  for (size_t i = 0; i < dim_; ++i) out[i] *= signs_[i];
  Hadamard(out.first(turned));
  const float back = 1 / std::sqrt(static_cast<float>(turned));
  for (float& value : out.first(turned)) value *= back;
  for (size_t i = 0; i < dim_; ++i) out[i] *= signs_[dim_ + i];
  Hadamard(out.last(turned));
  for (float& value : out.last(turned)) value *= back;
}

bool SyntheticVectors::InBurst(uint64_t picture) const {
  return SyntheticRandom(seed_, StreamOf(kBursts, picture / kBurstPictures)).Chance(0.12);
}

uint32_t SyntheticVectors::ClusterOf(uint64_t picture) const {
  if (InBurst(picture)) picture -= picture % kBurstPictures;
  SyntheticRandom event(seed_, StreamOf(kEvents, picture / kEventPictures));
  SyntheticRandom own(seed_, StreamOf(kPictures, picture));
  uint32_t topic = Uneven(event, kTopics, 2.5);
  uint32_t kind = Uneven(event, kKinds, 1.7);
  if (!own.Chance(0.75)) topic = Uneven(own, kTopics, 2.5);
  if (!own.Chance(0.5)) kind = Uneven(own, kKinds, 1.7);
  return topic * kKinds + kind;
}

void SyntheticVectors::MixPicture(uint64_t picture, std::span<float> out) const {
  const uint32_t cluster = ClusterOf(picture);
  std::fill(out.begin(), out.end(), 0.0f);
  AddScaled(picture_centre_, std::sqrt(kPictureCentre), out);
  AddScaled(std::span(topics_).subspan(cluster / kKinds * dim_, dim_), std::sqrt(kTopic), out);
  AddScaled(std::span(kinds_).subspan(cluster * dim_, dim_), std::sqrt(kKind), out);
  const float spread = 0.6f + 0.8f * static_cast<float>(SyntheticRandom(seed_, StreamOf(kSpread, picture)).Unit());
  AddNoise(StreamOf(kPictureNoise, picture), spread * std::sqrt(kPictureOwn), spectrum_, out);
}

void SyntheticVectors::Picture(uint64_t picture, std::span<float> out) const {
  const bool burst = InBurst(picture);
  MixPicture(burst ? picture - picture % kBurstPictures : picture, out);
  if (burst) AddNoise(StreamOf(kBurstNoise, picture), kBurstSpread, spectrum_, out);
  Turn(out);
  Normalise(out);
}

uint32_t SyntheticVectors::TargetOf(uint64_t text) const {
  SyntheticRandom random(seed_, StreamOf(kTexts, text));
  const uint32_t topic = Uneven(random, kTopics, 1.5);
  return topic * kKinds + Uneven(random, kKinds, 1.2);
}

void SyntheticVectors::Text(uint64_t text, std::span<float> out) const {
  const uint32_t target = TargetOf(text);
  std::fill(out.begin(), out.end(), 0.0f);
  const float length = std::sqrt(kTopic + kKind);
  AddScaled(std::span(topics_).subspan(target / kKinds * dim_, dim_), std::sqrt(kTextContent * kTopic) / length, out);
  AddScaled(std::span(kinds_).subspan(target * dim_, dim_), std::sqrt(kTextContent * kKind) / length, out);
  AddScaled(text_centre_, std::sqrt(kTextCentre), out);
  AddNoise(StreamOf(kTextBlur, text), std::sqrt(kTextBlurred), spectrum_, out);
  AddNoise(StreamOf(kTextNoise, text), std::sqrt(kTextOwn), text_spectrum_, out);
  Turn(out);
  Normalise(out);
}

}  // namespace fovea::bench
