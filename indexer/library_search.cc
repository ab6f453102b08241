// Library: from a question to its answer, and features on request.
#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "encoder/preprocess.h"
#include "indexer/library_impl.h"
#include "indexer/unit_vector.h"

namespace fovea::indexer {

using encoder::Features;
using encoder::Lane;
using encoder::ModelInput;

namespace {

Status CheckText(const std::string& text) {
  if (text.size() > kMaxTextBytes) {
    return InvalidArgument(StrCat("the text has ", text.size(), " bytes, the limit is ", kMaxTextBytes));
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return InvalidArgument("the text is empty");
  return Status();
}

// Features that are not finite, or have no direction, are the model's fault, not the question's.
Result<Features> Sound(Result<Features> features) {
  if (!features) return features;
  for (int64_t row = 0; row < features->rows; ++row) {
    const Status status = AsStatus(UnitVector(features->Row(row)));
    if (!status.ok()) return Failed(Internal(StrCat("the model's features of input ", row, " are of no use: ", status.message())));
  }
  return features;
}

}  // namespace

Result<ModelInput> Library::Impl::DecodeQuery(Generation& now, const std::string& bytes, encoder::DecodeMode mode) const {
  if (bytes.empty()) return Failed(InvalidArgument("the picture is empty"));
  const encoder::PreprocessProfile& profile = now.device.preprocess();
  encoder::DecodeOptions decode{.limits = options.limits, .mode = mode};
  if (mode == encoder::DecodeMode::kFast) decode.min_short_side_px = profile.resize_to;
  ASSIGN_OR_RETURN(const encoder::Decoded decoded, encoder::DecodeBytes(bytes, decode));
  return encoder::Preprocess(decoded.pixels, profile);
}

Result<Features> Library::Impl::EncodeTexts(Generation& now, std::span<const std::string> texts) const {
  return Sound(now.device.EncodeTexts(texts));
}

Result<Features> Library::Impl::EncodePictures(Generation& now, std::span<ModelInput> inputs) const {
  return Sound(now.device.EncodeImages(inputs, Lane::kInteractive));
}

Result<std::vector<float>> Library::Impl::QueryVector(Generation& now, const SearchRequest& request) const {
  if (const auto* text = std::get_if<TextQuery>(&request.query)) {
    RETURN_IF_ERROR(CheckText(text->text));
    ASSIGN_OR_RETURN(const Features features, EncodeTexts(now, std::span(&text->text, 1)));
    return UnitVector(features.Row(0));
  }
  if (const auto* picture = std::get_if<ImageQuery>(&request.query)) {
    std::vector<ModelInput> inputs(1);
    {
      const auto arrival = now.device.Expect(encoder::Tower::kImage);
      ASSIGN_OR_RETURN(inputs.front(), DecodeQuery(now, picture->bytes, encoder::DecodeMode::kFast));
    }
    ASSIGN_OR_RETURN(const Features features, EncodePictures(now, inputs));
    return UnitVector(features.Row(0));
  }
  if (const auto* given = std::get_if<VectorQuery>(&request.query)) {
    const int64_t dim = now.index.dim();
    if (static_cast<int64_t>(given->vector.size()) == dim) return UnitVector(given->vector);
    return Failed(InvalidArgument(StrCat("search: the vector has ", given->vector.size(), " values, those of the model ", dim)));
  }
  return catalog.GetVector(std::get<PhotoQuery>(request.query).id, now.number);
}

Result<std::vector<SearchHit>> Library::Impl::Fill(std::span<const Neighbour> neighbours, size_t k) const {
  const RootTable roots = RootsById();
  std::vector<SearchHit> hits;
  for (const Neighbour& neighbour : neighbours) {
    if (hits.size() >= k) break;
    auto record = catalog.GetPhoto(neighbour.id);
    auto photo = record ? Assemble(*std::move(record), roots) : Result<Photo>(Failed(record.error()));
    if (!photo && photo.error().code() == StatusCode::kNotFound) continue;  // removed a moment ago
    if (!photo) return Failed(photo.error());
    hits.push_back({neighbour.score, *std::move(photo)});
  }
  return hits;
}

size_t Library::Impl::CountAsked(const Generation& now, const Among& among, size_t found) const {
  if (found < kMaxK) return found;
  return std::max(found, among ? PhotoBits(*among).count() : now.index.size());
}

Result<SearchCut> Library::Impl::CutOf(Generation& now, const SearchRequest& request, const Among& among, std::span<const Neighbour> best) const {
  if (const auto* fixed = std::get_if<ScoreCutoff>(&*request.cutoff)) {
    const auto found = std::ranges::count_if(best, [&](const Neighbour& neighbour) { return neighbour.score >= fixed->least; });
    return SearchCut{.found = static_cast<size_t>(found), .score = fixed->least};
  }
  const size_t pictures = CountAsked(now, among, best.size());
  using enum BackgroundScores::Asked;
  const bool like_text = std::holds_alternative<TextQuery>(request.query) || std::holds_alternative<VectorQuery>(request.query);
  const auto asked = like_text ? kText : kPicture;
  ASSIGN_OR_RETURN(const ScoreBackground known, now.background.For(asked, now.index.size()));
  std::vector<float> scores;
  for (const Neighbour& neighbour : best) scores.push_back(neighbour.score);
  const HitCut cut = FindHitCut({.best = scores, .pictures = pictures}, known);
  return SearchCut{.found = cut.hits, .score = cut.score, .background = known};
}

Result<IndexAnswer> Library::Impl::Nearest(const Generation& now, const IndexQuery& query, const Among& among) const {
  const std::optional<PhotoBits> bits = among ? std::optional<PhotoBits>(*among) : std::nullopt;
  IndexQuery asked = query;
  if (bits) asked.among = &*bits;
  ASSIGN_OR_RETURN(std::vector<IndexAnswer> answers, now.index.SearchMany(std::span(&asked, 1)));
  return std::move(answers.front());
}

Result<SearchAnswer> Library::Search(const SearchRequest& request) const {
  RETURN_IF_ERROR(impl_->CheckReady());
  if (request.k < 1 || request.k > kMaxK) return Failed(InvalidArgument(StrCat("k is ", request.k, ", it must lie in 1..", kMaxK)));
  const ScopedTimer timer(impl_->search_seconds);
  const auto start = std::chrono::steady_clock::now();
  const std::shared_ptr<Generation> now = impl_->Now();
  ASSIGN_OR_RETURN(const std::vector<float> query, impl_->QueryVector(*now, request));
  SearchAnswer answer;
  answer.encode_ms = MillisecondsSince(start);
  const auto* itself = std::get_if<PhotoQuery>(&request.query);
  const auto index_start = std::chrono::steady_clock::now();
  Impl::Among among;
  if (request.filter) {
    ASSIGN_OR_RETURN(among, impl_->Fitting(*request.filter));
  }
  const IndexQuery asked{.vector = query, .k = (request.cutoff ? kMaxK : request.k) + (itself ? 1 : 0), .exact = request.exact};
  ASSIGN_OR_RETURN(IndexAnswer nearest, impl_->Nearest(*now, asked, among));
  std::vector<Neighbour>& neighbours = nearest.found;
  answer.exact = nearest.exact;
  answer.index_ms = MillisecondsSince(index_start);
  if (itself) std::erase_if(neighbours, [&](const Neighbour& neighbour) { return neighbour.id == itself->id; });
  if (request.cutoff) {
    if (neighbours.size() > kMaxK) neighbours.pop_back();  // the question itself was not among them
    ASSIGN_OR_RETURN(answer.cut, impl_->CutOf(*now, request, among, neighbours));
  }
  ASSIGN_OR_RETURN(answer.hits, impl_->Fill(neighbours, request.k));
  if (answer.cut) {
    const auto is_hit = [&](const SearchHit& hit) { return hit.score >= answer.cut->score; };
    answer.cut->shown = answer.cut->found == 0 ? 0 : static_cast<size_t>(std::ranges::count_if(answer.hits, is_hit));
  }
  answer.model = now->info().name;
  answer.took_ms = MillisecondsSince(start);
  return answer;
}

Result<Features> Library::EmbedTexts(const std::vector<std::string>& texts, Scale scale) const {
  RETURN_IF_ERROR(impl_->CheckReady());
  for (const std::string& text : texts) RETURN_IF_ERROR(CheckText(text));
  const std::shared_ptr<Generation> now = impl_->Now();
  ASSIGN_OR_RETURN(Features features, impl_->EncodeTexts(*now, texts));
  if (scale == Scale::kUnit) RETURN_IF_ERROR(MakeUnitRows(features));
  return features;
}

// Raw features are the original's, with its decoding (no EXIF rotation, full size); unit vectors are what the library
// would store for the same picture.
Result<Features> Library::EmbedPictures(const std::vector<std::string>& encoded_pictures, Scale scale) const {
  RETURN_IF_ERROR(impl_->CheckReady());
  const auto mode = scale == Scale::kRaw ? encoder::DecodeMode::kParity : encoder::DecodeMode::kFast;
  const std::shared_ptr<Generation> now = impl_->Now();
  std::vector<ModelInput> inputs;
  {
    const auto arrival = now->device.Expect(encoder::Tower::kImage);
    for (size_t i = 0; i < encoded_pictures.size(); ++i) {
      auto input = impl_->DecodeQuery(*now, encoded_pictures[i], mode);
      if (!input) return Failed(input.error().WithContext(StrCat("picture ", i)));
      inputs.push_back(*std::move(input));
    }
  }
  ASSIGN_OR_RETURN(Features features, impl_->EncodePictures(*now, inputs));
  if (scale == Scale::kUnit) RETURN_IF_ERROR(MakeUnitRows(features));
  return features;
}

}  // namespace fovea::indexer
