#include "api/router.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "api/handlers.h"
#include "api/http_error.h"
#include "api/web_assets.h"
#include "base/log.h"

namespace fovea::api {
namespace {

constexpr size_t kSmallBodyBytes = 64 * 1024;

std::vector<Route> AllRoutes() {
  std::vector<Route> routes = {
      {"GET", "/v1/search", SearchByParameters},
      {"POST", "/v1/search", SearchByBody, RunOn::kWorker, Body::kPictures},
      {"GET", "/v1/photos", ListPhotos},
      {"GET", "/v1/photos/{id}", ShowPhoto},
      {"GET", "/v1/photos/{id}/thumbnail", ShowThumbnail},
      {"GET", "/v1/photos/{id}/file", SendFile},
      {"GET", "/v1/photos/{id}/similar", SimilarPhotos},
      {"PUT", "/v1/photos/{id}/tags/{tag}", AddTag},
      {"DELETE", "/v1/photos/{id}/tags/{tag}", RemoveTag},
      {"POST", "/v1/tags", ChangeTags, RunOn::kWorker, Body::kSmall},
      {"GET", "/v1/roots", ListRoots},
      {"POST", "/v1/roots", AddRoot, RunOn::kWorker, Body::kSmall},
      {"DELETE", "/v1/roots/{id}", RemoveRoot},
      {"GET", "/v1/jobs", ListJobs},
      {"POST", "/v1/jobs/{id}/pause", PauseJob},
      {"POST", "/v1/jobs/{id}/resume", ResumeJob},
      {"DELETE", "/v1/jobs/{id}", CancelJob},
      {"GET", "/v1/duplicates", ListDuplicates},
      {"POST", "/v1/duplicates", FindDuplicates, RunOn::kWorker, Body::kSmall},
      {"GET", "/v1/models", ListModels},
      {"POST", "/v1/models", SwitchModel, RunOn::kWorker, Body::kSmall},
      {"GET", "/v1/failures", ListFailures},
      {"POST", "/v1/failures/retry", RetryFailures, RunOn::kWorker, Body::kSmall},
      {"POST", "/v1/embeddings", MakeEmbeddings, RunOn::kWorker, Body::kPictures},
      {"POST", "/v1/backups", MakeBackup, RunOn::kWorker, Body::kSmall},
      {"GET", "/v1/status", ShowStatus},
      {"GET", "/healthz", ShowHealth, RunOn::kIoThread},
      {"GET", "/readyz", ShowReadiness},
      {"GET", "/metrics", ShowMetrics},
  };
  for (const WebAsset& asset : WebAssets()) routes.push_back({"GET", asset.path, SendWebAsset, RunOn::kIoThread});
  return routes;
}

// What stands in a path in the places of a pattern: {id} up to the next slash, {tag} to the end.
struct Places {
  std::string_view id, tag;
};

// Nothing when `path` does not fit `pattern`. A place is never empty.
std::optional<Places> Fit(std::string_view pattern, std::string_view path) {
  Places places;
  while (true) {
    const size_t open = pattern.find('{');
    if (open == std::string_view::npos) return path == pattern ? std::optional(places) : std::nullopt;
    if (!path.starts_with(pattern.substr(0, open))) return std::nullopt;
    path.remove_prefix(open);
    const bool is_tag = pattern.substr(open).starts_with("{tag}");
    const size_t end = is_tag ? path.size() : std::min(path.find('/'), path.size());
    if (end == 0) return std::nullopt;
    (is_tag ? places.tag : places.id) = path.substr(0, end);
    path.remove_prefix(end);
    pattern.remove_prefix(pattern.find('}') + 1);
  }
}

// A handler that throws (out of memory, say) has failed: its request does, and no other.
Answer<Response> Handle(const Route& route, const Request& request, const Context& context) {
  try {
    return route.handler(request, context);
  } catch (const std::exception& error) {
    return Refuse(Fault::kInternal, StrCat("could not be answered: ", error.what()));
  }
}

}  // namespace

Router::Router(Context context) : context_(std::move(context)), routes_(AllRoutes()) {}

std::string Router::AllowedMethods(const Request& request) const {
  std::string allowed;
  for (const Route& route : routes_) {
    if (!Fit(route.pattern, request.path) && request.path != "*") continue;
    for (const std::string_view method : {route.method, std::string_view(route.method == "GET" ? "HEAD" : "")}) {
      if (!method.empty() && allowed.find(method) == std::string::npos) allowed += std::string(method) + ", ";
    }
  }
  return allowed.empty() ? allowed : allowed + "OPTIONS";
}

Answer<const Route*> Router::Find(Request& request) const {
  const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  for (const Route& route : routes_) {
    if (route.method != method) continue;
    if (const auto places = Fit(route.pattern, request.path)) {
      request.id = places->id;
      request.tag = places->tag;
      return &route;
    }
  }
  const std::string allowed = AllowedMethods(request);
  if (allowed.empty()) return Refuse(Fault::kNoSuchRoute, StrCat("there is nothing at \"", request.path.substr(0, 200), "\""));
  if (request.method == "OPTIONS") return nullptr;
  Problem problem{.fault = Fault::kMethodNotAllowed, .detail = "this address takes " + allowed};
  problem.headers.push_back({"Allow", allowed});
  return std::unexpected(std::move(problem));
}

size_t Router::MaxBodyBytes(const Route* route) const {
  return route != nullptr && route->body == Body::kPictures ? context_.max_body_bytes : std::min(kSmallBodyBytes, context_.max_body_bytes);
}

Response Router::Run(const Route* route, const Request& request) const {
  if (route == nullptr) {
    Response response{.status = 204};
    response.Set("Allow", AllowedMethods(request));
    return response;
  }
  Answer<Response> answer = Handle(*route, request, context_);
  if (answer) return *std::move(answer);
  Problem problem = std::move(answer).error();
  const bool loading = problem.fault == Fault::kTooManyRequests && !context_.library.ready();
  if (loading) problem.fault = Fault::kLoading;  // the library is busy in both cases; only ready() tells them apart
  if (HttpStatusOf(problem.fault) == 500) LogWarning(request.method, " ", route->pattern, ": ", problem.detail);
  return ErrorResponse(problem);
}

}  // namespace fovea::api
