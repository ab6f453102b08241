#include "api/handlers.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"
#include "base/clock.h"

namespace fovea::api {
namespace {

constexpr size_t kMaxPathBytes = 4095;  // PATH_MAX without its NUL

}  // namespace

Answer<Response> MakeBackup(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"folder"}));
  TRY_ASSIGN(const std::string folder, fields.Text("folder", kMaxPathBytes));
  if (!folder.starts_with('/') || folder.contains('\0')) {
    return RefuseField(Fault::kInvalidArgument, "/folder", "the folder must be an absolute path: begin with \"/\"");
  }
  const auto facts = context.library.BackUp(folder);
  if (!facts) {
    Problem problem = AsProblem(facts.error());
    if (problem.fault != Fault::kTooManyRequests) problem.pointer = "/folder";
    return std::unexpected(std::move(problem));
  }
  return JsonResponse(BackupJson(*facts), 201);
}

}  // namespace fovea::api
