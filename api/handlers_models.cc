#include "api/handlers.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

constexpr size_t kMaxModelBytes = 4096;
constexpr uint64_t kMaxJobId = uint64_t{1} << 53;  // what a JSON number holds exactly

// A switch that cannot begin now stands against the state of the library, not against too many requests.
Problem SwitchProblem(const Status& status) {
  Problem problem = AsProblem(status);
  if (problem.fault == Fault::kTooManyRequests) problem.fault = Fault::kAlreadyExists;
  problem.pointer = "/model";
  return problem;
}

Answer<Response> Pause(const Request& request, const Context& context, bool paused) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const uint64_t id, IdOf(request, kMaxJobId, "job"));
  if (const Status status = context.library.PauseJob(id, paused); !status.ok()) return std::unexpected(AsProblem(status));
  return Response{.status = 204};
}

}  // namespace

Answer<Response> ListModels(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  Json models = Json::array();
  for (const indexer::ModelStatus& model : context.library.Models()) models.push_back(ModelJson(model));
  return JsonResponse({{"models", std::move(models)}});
}

Answer<Response> SwitchModel(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"model"}));
  if (!fields.Has("model")) return RefuseField(Fault::kMissingField, "/model", "name the model to switch to");
  TRY_ASSIGN(const std::string model, fields.Text("model", kMaxModelBytes));
  const auto job = context.library.SwitchModel(model);
  if (!job && !context.library.ready()) return std::unexpected(AsProblem(job.error()));
  if (!job) return std::unexpected(SwitchProblem(job.error()));
  return JsonResponse(JobJson(*job), 202);
}

Answer<Response> PauseJob(const Request& request, const Context& context) { return Pause(request, context, /*paused=*/true); }
Answer<Response> ResumeJob(const Request& request, const Context& context) { return Pause(request, context, /*paused=*/false); }

}  // namespace fovea::api
