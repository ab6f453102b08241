#pragma once
// BackgroundScores measures how questions score with pictures that have nothing to do with them, in this library by this model.
//
// Texts: a fixed list of everyday things, each said as a question would say it, against photos spread evenly over the library;
// a thing that some of them do show hardly moves a mean over all. Pictures: some of these photos against the others.
//
// Owns:    the vectors of its texts, and the last measures. Borrows the catalog; the encoder is a function.
// Threads: any thread may call; two that find nothing measured yet may both measure, with the same result.
// Errors:  those of the catalog and of the encoder.
// Units:   cosines. The first question takes the time of 24 texts, later measures some milliseconds: one whenever the library
//          has grown or shrunk by a quarter since the last.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/status.h"
#include "encoder/encoder.h"
#include "indexer/hit_cutoff.h"
#include "storage/catalog.h"

namespace fovea::indexer {

class BackgroundScores {
 public:
  enum class Asked { kText, kPicture };
  using EncodeTexts = std::function<Result<encoder::Features>(std::span<const std::string>)>;

  // `model`: whose vectors to look at; none: those of the model that answers.
  BackgroundScores(const storage::Catalog& catalog, EncodeTexts encode, std::optional<uint32_t> model = {})
      : catalog_(catalog), encode_(std::move(encode)), model_(model) {}

  // `pictures`: how many the library has now. Without a picture, or with a single one and a picture asked with, nothing is known:
  // a background without spread.
  Result<ScoreBackground> For(Asked asked, size_t pictures) EXCLUDES(mutex_);
  // The mean of the texts' vectors: where questions lie.
  Result<std::vector<float>> MeanText() EXCLUDES(mutex_);

 private:
  using Vectors = std::vector<std::vector<float>>;  // of unit length
  struct Measure {
    ScoreBackground background;
    size_t pictures = 0;  // of the library then
  };

  Result<Vectors> SomePhotos() const;
  Result<Vectors> TextVectors() EXCLUDES(mutex_);
  Result<ScoreBackground> MeasureNow(Asked asked) EXCLUDES(mutex_);

  const storage::Catalog& catalog_;
  const EncodeTexts encode_;
  const std::optional<uint32_t> model_;
  Mutex mutex_;
  Vectors texts_ GUARDED_BY(mutex_);
  std::array<std::optional<Measure>, 2> measures_ GUARDED_BY(mutex_);  // by Asked
};

}  // namespace fovea::indexer
