#include "indexer/background_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "indexer/unit_vector.h"

namespace fovea::indexer {

using storage::PhotoId;

namespace {

constexpr size_t kPhotos = 512;  // that are looked at
constexpr std::array<const char*, 24> kThings = {
    "dog",   "car",   "tree",   "house", "apple", "chair",  "boat",     "flower", "book",  "bird",  "clock", "cup",
    "horse", "train", "guitar", "shoe",  "bridge", "bottle", "mountain", "fish",   "piano", "bread", "key",   "umbrella"};

float Dot(std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += a[i] * b[i];
  return sum;
}

// Mean and deviation of each question's scores, both averaged over the questions.
class Gauge {
 public:
  void Add(std::span<const float> scores) {
    if (scores.size() < 2) return;
    double sum = 0, squares = 0;
    for (const float score : scores) sum += score;
    const double mean = sum / static_cast<double>(scores.size());
    for (const float score : scores) squares += (score - mean) * (score - mean);
    means_ += mean;
    deviations_ += std::sqrt(squares / static_cast<double>(scores.size() - 1));
    ++questions_;
  }
  ScoreBackground Average() const {
    if (questions_ == 0) return {};
    return {.mean = means_ / questions_, .deviation = deviations_ / questions_};
  }

 private:
  double means_ = 0, deviations_ = 0;
  int questions_ = 0;
};

// The largest id there is, or 0.
Result<uint64_t> LastId(const storage::Catalog& catalog) {
  uint64_t low = 0, high = uint64_t{1} << 62;  // a photo lies above low, none above high
  ASSIGN_OR_RETURN(const auto any, catalog.ListPhotos(PhotoId{0}, 1));
  if (any.empty()) return uint64_t{0};
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const auto above, catalog.ListPhotos(PhotoId{middle}, 1));
    (above.empty() ? high : low) = middle;
  }
  return high;
}

bool Outdated(size_t measured, size_t now) { return now > measured + measured / 4 || measured > now + now / 4; }

}  // namespace

Result<BackgroundScores::Vectors> BackgroundScores::SomePhotos() const {
  ASSIGN_OR_RETURN(const uint64_t last, LastId(catalog_));
  const double step = std::max(1.0, static_cast<double>(last) / kPhotos);
  Vectors photos;
  PhotoId after{0};
  for (size_t i = 0; i < kPhotos; ++i) {
    after = std::max(after, PhotoId{static_cast<uint64_t>(step * static_cast<double>(i))});
    ASSIGN_OR_RETURN(const auto next, catalog_.ListPhotos(after, 1));
    if (next.empty()) break;
    after = next.front().id;
    auto vector = catalog_.GetVector(after, model_);
    if (!vector && vector.error().code() == StatusCode::kNotFound) continue;  // removed a moment ago
    if (!vector) return Failed(vector.error());
    photos.push_back(*std::move(vector));
  }
  return photos;
}

Result<BackgroundScores::Vectors> BackgroundScores::TextVectors() {
  {
    MutexLock lock(mutex_);
    if (!texts_.empty()) return texts_;
  }
  Vectors vectors;
  for (const char* thing : kThings) {  // one by one: others' questions come in between, and no limit is met
    const std::string text = std::string("a photo of a ") + thing;
    ASSIGN_OR_RETURN(const encoder::Features features, encode_(std::span(&text, 1)));
    ASSIGN_OR_RETURN(std::vector<float> vector, UnitVector(features.Row(0)));
    vectors.push_back(std::move(vector));
  }
  MutexLock lock(mutex_);
  return texts_ = std::move(vectors);
}

Result<std::vector<float>> BackgroundScores::MeanText() {
  ASSIGN_OR_RETURN(const Vectors texts, TextVectors());
  std::vector<float> mean(texts.front().size());
  for (const std::vector<float>& text : texts) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += text[i] / static_cast<float>(texts.size());
  }
  return mean;
}

Result<ScoreBackground> BackgroundScores::MeasureNow(Asked asked) {
  ASSIGN_OR_RETURN(const Vectors photos, SomePhotos());
  Vectors questions;
  if (asked == Asked::kText) {
    ASSIGN_OR_RETURN(questions, TextVectors());
  } else {
    const size_t step = std::max<size_t>(1, photos.size() / kThings.size());
    for (size_t i = 0; i < photos.size(); i += step) questions.push_back(photos[i]);
  }
  Gauge gauge;
  for (const std::vector<float>& question : questions) {
    std::vector<float> scores;
    for (const std::vector<float>& photo : photos) {
      if (photo != question) scores.push_back(Dot(question, photo));
    }
    gauge.Add(scores);
  }
  return gauge.Average();
}

Result<ScoreBackground> BackgroundScores::For(Asked asked, size_t pictures) {
  const auto place = static_cast<size_t>(asked);
  {
    MutexLock lock(mutex_);
    const auto& known = measures_[place];
    if (known && !Outdated(known->pictures, pictures)) return known->background;
  }
  ASSIGN_OR_RETURN(const ScoreBackground background, MeasureNow(asked));
  MutexLock lock(mutex_);
  measures_[place] = Measure{background, pictures};
  return background;
}

}  // namespace fovea::indexer
