#include "api/handlers.h"

#include <algorithm>

#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

Json RootJsonOf(const storage::Root& root, const Context& context) {
  const auto roots = context.library.Roots();
  const auto found = std::ranges::find_if(roots, [&](const indexer::RootStatus& status) { return status.root.id == root.id; });
  return RootJson(found == roots.end() ? indexer::RootStatus{.root = root} : *found);
}

}  // namespace

Answer<Response> ListRoots(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  Json roots = Json::array();
  for (const indexer::RootStatus& root : context.library.Roots()) roots.push_back(RootJson(root));
  return JsonResponse({{"roots", std::move(roots)}});
}

Answer<Response> AddRoot(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"path", "path_bytes"}));
  TRY_ASSIGN(const std::string path, fields.Path("path"));
  const auto root = context.library.AddRoot(path);
  if (!root) {
    Problem problem = AsProblem(root.error());
    if (problem.fault == Fault::kNotFound) problem.fault = Fault::kInvalidArgument;  // the folder is what the body names
    problem.pointer = fields.Has("path_bytes") ? "/path_bytes" : "/path";
    return std::unexpected(std::move(problem));
  }
  Response response = JsonResponse(RootJsonOf(*root, context), 201);
  response.Set("Location", "/v1/roots/" + std::to_string(root->id.value));
  return response;
}

Answer<Response> RemoveRoot(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const uint64_t id, IdOf(request, UINT32_MAX, "root"));
  const storage::RootId root{static_cast<uint32_t>(id)};
  if (const Status begun = context.library.RemoveRoot(root); !begun.ok()) return std::unexpected(AsProblem(begun));
  // It may be gone by now.
  return JsonResponse({{"id", id}, {"state", "removing"}}, 202);
}

}  // namespace fovea::api
