#include "daemon/search.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "api/base64.h"
#include "api/filter_fields.h"
#include "api/json.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/daemon_client.h"
#include "daemon/model_encoders.h"
#include "daemon/model_folder.h"
#include "daemon/wiring.h"

namespace fovea::daemon {
namespace {

constexpr int64_t kMaxQueryPictureBytes = int64_t{32} << 20;

struct Question {
  indexer::SearchRequest request;
  api::Json filter;  // the request's, as the API takes it; null: none
};

Result<indexer::SearchRequest> MakeRequest(const CommandLine& line) {
  indexer::SearchRequest request;
  request.k = line.k;
  if (line.only_hits) request.cutoff = indexer::AutoCutoff{};
  if (line.photo) {
    request.query = indexer::PhotoQuery{{*line.photo}};
  } else if (line.inputs.front().kind == Input::Kind::kText) {
    request.query = indexer::TextQuery{line.inputs.front().value};
  } else {
    ASSIGN_OR_RETURN(std::string bytes, ReadFile(line.inputs.front().value, kMaxQueryPictureBytes));
    request.query = indexer::ImageQuery{std::move(bytes)};
  }
  return request;
}

// What --filter, --folder, --from and --to say, together.
Result<api::Json> FilterOf(const CommandLine& line) {
  api::Json filter = api::Json::object();
  if (!line.filter.empty()) {
    api::Json given = api::Json::parse(line.filter, nullptr, /*allow_exceptions=*/false);
    if (!given.is_object()) return Failed(InvalidArgument(StrCat("--filter must be a JSON object, such as {\"year\": 2019}, not ", line.filter)));
    filter["and"] = api::Json::array({std::move(given)});
  }
  if (!line.below.empty()) filter["folder"] = std::filesystem::absolute(line.below).lexically_normal().string();
  if (!line.from.empty()) filter["date"]["from"] = line.from;
  if (!line.to.empty()) filter["date"]["to"] = line.to;
  return filter.empty() ? api::Json() : filter;
}

Result<Question> MakeQuestion(const CommandLine& line) {
  Question question;
  ASSIGN_OR_RETURN(question.request, MakeRequest(line));
  ASSIGN_OR_RETURN(question.filter, FilterOf(line));
  if (question.filter.is_null()) return question;
  auto read = api::ReadFilter(question.filter, "");
  if (!read) return Failed(InvalidArgument(StrCat("filter ", read.error().pointer, ": ", read.error().detail)));
  question.request.filter = *std::move(read);
  return question;
}

api::Json BodyOf(const Question& question) {
  const indexer::SearchRequest& request = question.request;
  api::Json body;
  if (const auto* text = std::get_if<indexer::TextQuery>(&request.query)) body["text"] = text->text;
  if (const auto* image = std::get_if<indexer::ImageQuery>(&request.query)) body["image"] = api::EncodeBase64(image->bytes);
  if (const auto* photo = std::get_if<indexer::PhotoQuery>(&request.query)) body["photo"] = photo->id.value;
  body["k"] = request.k;
  if (request.cutoff) body["cutoff"] = "auto";
  if (request.filter) body["filter"] = question.filter;
  return body;
}

Result<api::Json> AskDaemon(const std::string& url, const Question& question) {
  return AskJson({.url = url, .target = "/v1/search", .json_body = api::Dump(BodyOf(question))});
}

Result<api::Json> AskData(const indexer::SearchRequest& request, const Settings& settings) {
  if (!std::filesystem::is_directory(settings.data)) {
    return Failed(NotFound(StrCat("no library in \"", settings.data, "\" and no daemon runs on it; begin with `fovea index FOLDER`")));
  }
  RETURN_IF_ERROR(InitProcess(settings));
  const SystemClock clock;
  Metrics metrics;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  indexer::LibraryOptions options = MakeLibraryOptions(settings);
  options.scan = false;
  options.watch = false;
  indexer::Library library(*catalog, clock, metrics, options);
  ASSIGN_OR_RETURN(const std::string folder, FindModel(library.SourceToLoad(StableSource(settings.model))));
  ASSIGN_OR_RETURN(std::unique_ptr<encoder::ClipModel> model, encoder::ClipModel::Load(folder, MakeModelOptions(settings)));
  RETURN_IF_ERROR(library.Start(std::move(model)));
  auto answer = library.Search(request);
  library.Stop();
  if (!answer) return Failed(answer.error());
  return api::SearchJson(*answer);
}

Result<api::Json> FindAnswer(const Question& question, const Settings& settings) {
  const Result<std::string> running = FindServer(settings);
  return running ? AskDaemon(*running, question) : AskData(question.request, settings);
}

// Up to the cut, when the answer has one.
void PrintHits(const api::Json& answer) {
  const api::Json results = answer.value("results", api::Json::array());
  const api::Json cut = answer.value("cut", api::Json());
  const size_t shown = cut.is_object() ? std::min<size_t>(cut.value("shown", results.size()), results.size()) : results.size();
  for (size_t i = 0; i < shown; ++i) {
    const api::Json& hit = results[i];
    std::printf("%.4f  %s\n", hit.value("score", 0.0), hit.value("path", std::string()).c_str());
  }
  std::fflush(stdout);
  if (shown == 0 && !results.empty()) std::fprintf(stderr, "no picture stands out; --all shows the nearest\n");
  if (cut.is_object() && cut.value("found", shown) > shown) std::fprintf(stderr, "there are more hits; -k N shows N\n");
}

}  // namespace

Result<ExitCode> RunSearch(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const Question question, MakeQuestion(line));
  ASSIGN_OR_RETURN(const api::Json answer, FindAnswer(question, loaded.settings));
  if (line.json) {
    std::cout << api::Dump(answer) << std::endl;
  } else {
    PrintHits(answer);
  }
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
