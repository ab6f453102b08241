#include "api/handlers.h"

#include <cmath>

#include "api/json.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

// "loading", "ready" or "failed"; what failed is told by LibraryStatus::state itself.
std::string_view StateOf(const indexer::LibraryStatus& status) {
  if (status.state == "loading") return "loading";
  return status.ready && status.state == "ready" ? "ready" : "failed";
}

Response TextResponse(std::string text, const std::string& content_type) {
  Response response{.status = 200, .body = std::move(text)};
  response.Set("Content-Type", content_type);
  response.Set("Cache-Control", "no-store");
  return response;
}

}  // namespace

Answer<Response> ShowStatus(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  const indexer::LibraryStatus status = context.library.GetStatus();
  const std::chrono::duration<double> uptime = std::chrono::steady_clock::now() - context.started;
  const std::string_view state = StateOf(status);
  Json roots = Json::array();
  for (const indexer::RootStatus& root : status.roots) roots.push_back(RootJson(root));
  const auto of_model = [&](const std::string& text) { return status.model ? Json(text) : Json(); };
  const encoder::ModelInfo model = status.model.value_or(encoder::ModelInfo{});
  return JsonResponse({{"version", context.version},
                       {"uptime_s", std::floor(uptime.count() * 10) / 10},
                       {"state", state},
                       {"reason", state == "failed" ? Json(status.state) : Json()},
                       {"ready", status.ready},
                       {"photos", status.photos},
                       {"failures", status.failures},
                       {"pending", status.pending},
                       {"vectors", status.vectors},
                       {"model", status.model ? ModelJson(model) : Json()},
                       {"device", of_model(model.device)},
                       {"precision", of_model(model.precision)},
                       {"precision_reason", of_model(model.precision_reason)},
                       {"roots", std::move(roots)}});
}

Answer<Response> ShowHealth(const Request&, const Context&) { return JsonResponse({{"state", "alive"}}); }

Answer<Response> ShowReadiness(const Request&, const Context& context) {
  const indexer::LibraryStatus status = context.library.GetStatus();
  const std::string_view state = StateOf(status);
  if (state == "ready") return JsonResponse({{"state", state}});
  Json body = {{"state", state}};
  if (state == "failed") body["reason"] = status.state;
  Response response = JsonResponse(body, 503);
  response.Set("Retry-After", "1");
  return response;
}

Answer<Response> ShowMetrics(const Request&, const Context& context) {
  return TextResponse(context.metrics.Text(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace fovea::api
