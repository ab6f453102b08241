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

// Devices, what they take at once, and what waits for them.
Json EncodingJson(const encoder::DeviceQueue::State& state) {
  Json devices = Json::array();
  for (const encoder::DeviceQueue::DeviceState& device : state.devices) {
    devices.push_back({{"device", device.name},
                       {"precision", device.precision},
                       {"precision_reason", device.precision_reason},
                       {"state", device.failure.ok() ? "ready" : "failed"},
                       {"reason", device.failure.ok() ? Json() : Json(device.failure.message())},
                       {"pictures_at_once", device.pictures_at_once},
                       {"texts_at_once", device.texts_at_once}});
  }
  return {{"devices", std::move(devices)},
          {"questions_waiting", state.questions_waiting},
          {"max_waiting_questions", state.options.max_waiting},
          {"bulk_waiting", state.bulk_waiting},
          {"batch_size", state.options.max_batch},
          {"max_batch_ms", state.options.max_batch_ms},
          {"question_wait_ms", state.options.wait_ms}};
}

Json FetchingJson(const Context& context) {
  const std::optional<FetchProgress> progress = context.fetching ? context.fetching() : std::nullopt;
  if (!progress) return {};
  return {{"model", progress->model},
          {"file", progress->file},
          {"done_bytes", progress->done_bytes},
          {"total_bytes", progress->total_bytes},
          {"bytes_per_s", std::floor(progress->bytes_per_s)},
          {"left_s", progress->left_s ? Json(std::ceil(*progress->left_s)) : Json()}};
}

Json IndexJson(const indexer::IndexStatus& index) {
  return {{"kind", index.approximate ? "approximate" : "exact"},
          {"lists", index.lists},
          {"waiting", index.waiting},
          {"memory", index.memory},
          {"memory_reason", index.memory_reason.empty() ? Json() : Json(index.memory_reason)},
          {"rebuilding", index.rebuilding.empty() ? Json() : Json(index.rebuilding)}};
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
                       {"fetching", FetchingJson(context)},
                       {"ready", status.ready},
                       {"photos", status.photos},
                       {"failures", status.failures},
                       {"pending", status.pending},
                       {"vectors", status.vectors},
                       {"index", status.model ? IndexJson(status.index) : Json()},
                       {"model", status.model ? ModelJson(model) : Json()},
                       {"device", of_model(model.device)},
                       {"precision", of_model(model.precision)},
                       {"precision_reason", of_model(model.precision_reason)},
                       {"encoding", status.model ? EncodingJson(status.encoding) : Json()},
                       {"roots", std::move(roots)}});
}

Answer<Response> ShowHealth(const Request&, const Context&) { return JsonResponse({{"state", "alive"}}); }

Answer<Response> ShowReadiness(const Request&, const Context& context) {
  const indexer::LibraryStatus status = context.library.GetStatus();
  const std::string_view state = StateOf(status);
  if (state == "ready") return JsonResponse({{"state", state}});
  Json body = {{"state", state}};
  if (state == "failed") body["reason"] = status.state;
  if (Json fetching = FetchingJson(context); !fetching.is_null()) body["fetching"] = std::move(fetching);
  Response response = JsonResponse(body, 503);
  response.Set("Retry-After", "1");
  return response;
}

Answer<Response> ShowMetrics(const Request&, const Context& context) {
  return TextResponse(context.metrics.Text(), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace fovea::api
