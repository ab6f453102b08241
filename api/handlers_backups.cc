#include "api/handlers.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"

namespace fovea::api {

Answer<Response> MakeBackup(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"folder", "folder_bytes"}));
  TRY_ASSIGN(const std::string folder, fields.Path("folder"));
  const auto facts = context.library.BackUp(folder);
  if (!facts) {
    Problem problem = AsProblem(facts.error());
    if (problem.fault != Fault::kTooManyRequests) problem.pointer = fields.Has("folder_bytes") ? "/folder_bytes" : "/folder";
    return std::unexpected(std::move(problem));
  }
  return JsonResponse(BackupJson(*facts), 201);
}

}  // namespace fovea::api
