#include "api/handlers.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <variant>

#include "api/filter_fields.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

using indexer::kMaxK;
using indexer::kMaxTextBytes;

constexpr IntegerRange kResults{.min = 1, .max = kMaxK, .otherwise = 50};
constexpr int64_t kMaxId = int64_t{1} << 53;  // what a JSON number holds exactly
constexpr ListLimits kTexts{.max_items = 256, .max_bytes = kMaxTextBytes};
constexpr size_t kMaxPictures = 64;
constexpr size_t kMaxDimension = 65'536;

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// A query picture that cannot be decoded is the request's fault, and the field that brought it is named.
Problem PictureProblem(const Status& status, const std::string& pointer) {
  Problem problem = AsProblem(status);
  if (status.code() == StatusCode::kCorrupt || status.code() == StatusCode::kUnsupported) problem.fault = Fault::kPictureUnreadable;
  if (problem.fault == Fault::kPictureUnreadable || problem.fault == Fault::kInvalidArgument) problem.pointer = pointer;
  return problem;
}

Answer<std::optional<indexer::Filter>> FilterOf(const JsonFields& fields) {
  if (!fields.Has("filter")) return std::optional<indexer::Filter>();
  return ReadFilter(fields.Raw("filter"), "/filter");
}

Answer<Response> Search(const indexer::SearchRequest& search, const std::string& pointer, const Context& context) {
  const auto answer = context.library.Search(search);
  if (!answer) return std::unexpected(PictureProblem(answer.error(), pointer));
  return JsonResponse(SearchJson(*answer));
}

// "auto", or the least score of a hit; a number may come as a text, in an address. `refuse` names the field.
template <typename Refuse>
Answer<indexer::Cutoff> CutoffOf(const std::variant<std::string, double>& value, const Refuse& refuse) {
  double least = 0;
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (*text == "auto") return indexer::AutoCutoff{};
    const auto read = std::from_chars(text->data(), text->data() + text->size(), least);
    if (read.ec != std::errc() || read.ptr != text->data() + text->size()) return refuse(Fault::kWrongType, "must be \"auto\" or a score");
  } else {
    least = std::get<double>(value);
  }
  if (!(least >= -1 && least <= 1)) return refuse(Fault::kOutOfRange, "must be \"auto\" or a score between -1 and 1");
  return indexer::ScoreCutoff{static_cast<float>(least)};
}

Answer<std::optional<indexer::Cutoff>> CutoffParameter(const Request& request) {
  const auto text = FindParameter(request, "cutoff");
  if (!text) return std::nullopt;
  const auto refuse = [](Fault fault, const char* detail) { return RefuseParameter(fault, "cutoff", std::string("cutoff ") + detail); };
  TRY_ASSIGN(const indexer::Cutoff cutoff, CutoffOf(std::string(*text), refuse));
  return cutoff;
}

Answer<std::optional<indexer::Cutoff>> CutoffField(const JsonFields& fields) {
  if (!fields.Has("cutoff")) return std::nullopt;
  TRY_ASSIGN(const auto value, fields.TextOrNumber("cutoff"));
  const auto refuse = [](Fault fault, const char* detail) { return RefuseField(fault, "/cutoff", detail); };
  // In a body a score is a number; a text can be "auto" alone.
  const auto* text = std::get_if<std::string>(&value);
  if (text && *text != "auto") return RefuseField(Fault::kInvalidArgument, "/cutoff", "must be \"auto\" or a score, a number");
  TRY_ASSIGN(const indexer::Cutoff cutoff, CutoffOf(value, refuse));
  return cutoff;
}

// The field that holds the question.
Answer<std::string> QuestionField(const JsonFields& fields) {
  std::string question;
  for (const char* name : {"text", "image", "photo", "vector"}) {
    if (!fields.Has(name)) continue;
    if (!question.empty()) return RefuseField(Fault::kInvalidArgument, std::string("/") + name, "give only one of text, image, photo and vector");
    question = name;
  }
  if (question.empty()) return RefuseField(Fault::kMissingField, "/text", "give one of text, image, photo and vector");
  return question;
}

Answer<decltype(indexer::SearchRequest::query)> QueryOf(const std::string& question, const JsonFields& fields) {
  if (question == "text") {
    TRY_ASSIGN(std::string text, fields.Text("text", kMaxTextBytes));
    if (IsBlank(text)) return RefuseField(Fault::kMissingField, "/text", "must not be empty");
    return indexer::TextQuery{std::move(text)};
  }
  if (question == "image") {
    TRY_ASSIGN(std::string bytes, fields.Base64("image"));
    return indexer::ImageQuery{std::move(bytes)};
  }
  if (question == "vector") {
    TRY_ASSIGN(std::vector<float> vector, fields.Floats("vector", kMaxDimension));
    return indexer::VectorQuery{std::move(vector)};
  }
  TRY_ASSIGN(const int64_t id, fields.Integer("photo", {.min = 1, .max = kMaxId}));
  return indexer::PhotoQuery{{static_cast<uint64_t>(id)}};
}

}  // namespace

Answer<Response> SearchByParameters(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"q", "k", "filter", "exact", "cutoff"}));
  const auto text = FindParameter(request, "q");
  if (!text || IsBlank(*text)) return RefuseParameter(Fault::kMissingField, "q", "q, the text to search for, must not be empty");
  if (text->size() > kMaxTextBytes) {
    return RefuseParameter(Fault::kTooLong, "q", "q must be at most " + std::to_string(kMaxTextBytes) + " bytes of UTF-8");
  }
  TRY_ASSIGN(const int64_t k, IntegerParameter(request, "k", kResults));
  TRY_ASSIGN(const auto cutoff, CutoffParameter(request));
  TRY_ASSIGN(const bool exact, BooleanParameter(request, "exact"));
  TRY_ASSIGN(auto filter, FilterParameter(request));
  indexer::SearchRequest search{.query = indexer::TextQuery{std::string(*text)}, .k = static_cast<size_t>(k), .filter = std::move(filter), .exact = exact, .cutoff = cutoff};
  return Search(search, "/q", context);
}

Answer<Response> SearchByBody(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"text", "image", "photo", "vector", "k", "filter", "exact", "cutoff"}));
  TRY_ASSIGN(const int64_t k, fields.Integer("k", kResults));
  TRY_ASSIGN(const auto cutoff, CutoffField(fields));
  TRY_ASSIGN(const bool exact, fields.Boolean("exact", false));
  TRY_ASSIGN(const std::string question, QuestionField(fields));
  TRY_ASSIGN(auto query, QueryOf(question, fields));
  TRY_ASSIGN(auto filter, FilterOf(fields));
  return Search({.query = std::move(query), .k = static_cast<size_t>(k), .filter = std::move(filter), .exact = exact, .cutoff = cutoff}, "/" + question, context);
}

Answer<Response> SimilarPhotos(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"k", "filter", "exact", "cutoff"}));
  TRY_ASSIGN(const int64_t k, IntegerParameter(request, "k", kResults));
  TRY_ASSIGN(const auto cutoff, CutoffParameter(request));
  TRY_ASSIGN(const bool exact, BooleanParameter(request, "exact"));
  TRY_ASSIGN(auto filter, FilterParameter(request));
  TRY_ASSIGN(const uint64_t id, IdOf(request, kMaxId, "photo"));
  indexer::SearchRequest search{.query = indexer::PhotoQuery{{id}}, .k = static_cast<size_t>(k), .filter = std::move(filter), .exact = exact, .cutoff = cutoff};
  return Search(search, "/id", context);
}

Answer<Response> MakeEmbeddings(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"texts", "images", "normalised"}));
  TRY_ASSIGN(const bool normalised, fields.Boolean("normalised", true));
  if (!fields.Has("texts") && !fields.Has("images")) return RefuseField(Fault::kMissingField, "/texts", "give texts, images or both");
  TRY_ASSIGN(const auto texts, fields.Texts("texts", kTexts));
  const auto blank = std::find_if(texts.begin(), texts.end(), IsBlank);
  if (blank != texts.end()) {
    return RefuseField(Fault::kMissingField, "/texts/" + std::to_string(blank - texts.begin()), "must not be empty");
  }
  TRY_ASSIGN(const auto images, fields.Base64s("images", {.max_items = kMaxPictures, .max_bytes = context.max_body_bytes}));

  const auto scale = normalised ? indexer::Library::Scale::kUnit : indexer::Library::Scale::kRaw;
  Json answer = Json::object();
  if (!texts.empty()) {
    TRY_ASSIGN(const encoder::Features features, context.library.EmbedTexts(texts, scale));
    answer["texts"] = FeaturesJson(features);
  }
  if (!images.empty()) {
    const auto features = context.library.EmbedPictures(images, scale);
    if (!features) return std::unexpected(PictureProblem(features.error(), "/images"));
    answer["images"] = FeaturesJson(*features);
  }
  answer["normalised"] = normalised;
  if (const auto model = context.library.GetStatus().model) {
    answer["model"] = model->name;
    answer["model_id"] = model->id;
    answer["dim"] = model->embed_dim;
  }
  return JsonResponse(answer);
}

}  // namespace fovea::api
