#pragma once
// What a search of the library is asked, and its answer.
//
// Owns:    plain values.
// Threads: values of whoever holds them.
// Errors:  none.
// Units:   scores are cosines in [-1, 1]; durations in ms.
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "indexer/filter.h"
#include "indexer/hit_cutoff.h"
#include "indexer/photo.h"

namespace fovea::indexer {

struct TextQuery {
  std::string text;
};
struct ImageQuery {
  std::string bytes;  // an encoded picture (JPEG, …)
};
struct PhotoQuery {
  PhotoId id;  // its own stored vector; the photo itself is left out of the answer
};
struct VectorQuery {
  std::vector<float> vector;  // of the model's dimension, not zero; any length: the library normalises it
};
struct AutoCutoff {};                     // what stands out from the background: indexer/hit_cutoff.h
struct ScoreCutoff { float least = 0; };  // what scores at least this
using Cutoff = std::variant<AutoCutoff, ScoreCutoff>;
struct SearchRequest {
  std::variant<TextQuery, ImageQuery, PhotoQuery, VectorQuery> query;
  size_t k = 50;  // 1..kMaxK
  std::optional<Filter> filter = {};  // only photos that fit
  bool exact = false;                 // true: never an approximate answer, however large the library is
  std::optional<Cutoff> cutoff = {};  // says which of the k are hits; the others are in the answer all the same
};
inline constexpr size_t kMaxK = 1000;
inline constexpr size_t kMaxTextBytes = 4096;

struct SearchHit {
  float score = 0;
  Photo photo;
};
// Where the hits end.
struct SearchCut {
  size_t shown = 0;  // of the photos in the answer, the first
  size_t found = 0;  // of the best kMaxK; kMaxK: perhaps more
  float score = 0;   // they score at least this
  std::optional<ScoreBackground> background = {};  // what AutoCutoff judged by
};
struct SearchAnswer {
  std::vector<SearchHit> hits;  // best first
  std::optional<SearchCut> cut;  // with a cutoff in the request
  std::string model;
  bool exact = true;
  double encode_ms = 0;  // making the query's vector
  double index_ms = 0;   // finding the neighbours
  double took_ms = 0;    // all of it
};

}  // namespace fovea::indexer
