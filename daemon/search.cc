#include "daemon/search.h"

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "api/base64.h"
#include "api/json.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/daemon_file.h"
#include "daemon/http_client.h"
#include "daemon/model_folder.h"
#include "daemon/wiring.h"

namespace fovea::daemon {
namespace {

constexpr int64_t kMaxQueryPictureBytes = int64_t{32} << 20;

Result<indexer::SearchRequest> MakeRequest(const CommandLine& line) {
  indexer::SearchRequest request;
  request.k = line.k;
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

api::Json BodyOf(const indexer::SearchRequest& request) {
  api::Json body;
  if (const auto* text = std::get_if<indexer::TextQuery>(&request.query)) body["text"] = text->text;
  if (const auto* image = std::get_if<indexer::ImageQuery>(&request.query)) body["image"] = api::EncodeBase64(image->bytes);
  if (const auto* photo = std::get_if<indexer::PhotoQuery>(&request.query)) body["photo"] = photo->id.value;
  body["k"] = request.k;
  return body;
}

Result<api::Json> AskDaemon(const std::string& url, const indexer::SearchRequest& request) {
  ASSIGN_OR_RETURN(const HttpAnswer answer, Ask({.url = url, .target = "/v1/search", .json_body = api::Dump(BodyOf(request))}));
  api::Json json = api::Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Failed(IoError(StrCat(url, " answered ", answer.status, " without JSON; is it fovea?")));
  if (answer.status != 200) return Failed(IoError(StrCat(url, ": ", json.value("detail", json.value("title", answer.body)))));
  return json;
}

Result<api::Json> AskData(const indexer::SearchRequest& request, const Settings& settings) {
  if (!std::filesystem::is_directory(settings.data)) {
    return Failed(NotFound(StrCat("no library in \"", settings.data, "\" and no daemon runs on it; begin with `fovea index FOLDER`")));
  }
  ASSIGN_OR_RETURN(const std::string folder, FindModel(settings.model));
  RETURN_IF_ERROR(InitProcess(settings));
  const SystemClock clock;
  Metrics metrics;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  indexer::LibraryOptions options = MakeLibraryOptions(settings);
  options.scan = false;
  options.watch = false;
  indexer::Library library(*catalog, clock, metrics, options);
  ASSIGN_OR_RETURN(std::unique_ptr<encoder::ClipModel> model, encoder::ClipModel::Load(folder, MakeModelOptions(settings)));
  RETURN_IF_ERROR(library.Start(std::move(model)));
  auto answer = library.Search(request);
  library.Stop();
  if (!answer) return Failed(answer.error());
  return api::SearchJson(*answer);
}

Result<api::Json> FindAnswer(const indexer::SearchRequest& request, const Settings& settings) {
  if (!settings.server.empty()) return AskDaemon(settings.server, request);
  const Result<std::string> running = FindDaemon(settings.data);
  return running ? AskDaemon(*running, request) : AskData(request, settings);
}

void PrintHits(const api::Json& answer) {
  for (const api::Json& hit : answer.value("results", api::Json::array())) {
    std::printf("%.4f  %s\n", hit.value("score", 0.0), hit.value("path", std::string()).c_str());
  }
  std::fflush(stdout);
}

}  // namespace

Result<ExitCode> RunSearch(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const indexer::SearchRequest request, MakeRequest(line));
  ASSIGN_OR_RETURN(const api::Json answer, FindAnswer(request, loaded.settings));
  if (line.json) {
    std::cout << api::Dump(answer) << std::endl;
  } else {
    PrintHits(answer);
  }
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
