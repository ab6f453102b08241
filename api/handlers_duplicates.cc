#include "api/cursor.h"
#include "api/handlers.h"
#include "api/json_duplicates.h"
#include "api/json_fields.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

constexpr IntegerRange kPerPage{.min = 1, .max = indexer::kMaxDuplicateGroups, .otherwise = 50};

Answer<std::optional<float>> LevelOf(const JsonFields& fields, const std::string& name) {
  if (!fields.Has(name)) return std::nullopt;
  const Json& value = fields.Raw(name);
  if (!value.is_number()) return RefuseField(Fault::kWrongType, "/" + name, name + " must be a number");
  const double level = value.get<double>();
  if (level >= 0.5 && level <= 1) return static_cast<float>(level);
  return RefuseField(Fault::kOutOfRange, "/" + name, name + " must be between 0.5 and 1");
}

Answer<std::optional<indexer::DuplicateKind>> KindOf(const Request& request) {
  const auto name = FindParameter(request, "kind");
  if (!name) return std::nullopt;
  for (size_t i = 0; i < indexer::kDuplicateKinds; ++i) {
    const auto kind = static_cast<indexer::DuplicateKind>(i);
    if (*name == DuplicateKindName(kind)) return kind;
  }
  return RefuseParameter(Fault::kOutOfRange, "kind", "kind must be \"identical\", \"copies\" or \"bursts\"");
}

}  // namespace

Answer<Response> FindDuplicates(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({"threshold", "burst_threshold"}));
  indexer::DuplicateRequest levels;
  TRY_ASSIGN(levels.copies, LevelOf(fields, "threshold"));
  TRY_ASSIGN(levels.bursts, LevelOf(fields, "burst_threshold"));
  TRY_ASSIGN(const indexer::JobStatus job, context.library.FindDuplicates(levels));
  return JsonResponse(JobJson(job), 202);
}

Answer<Response> ListDuplicates(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"kind", "limit", "cursor"}));
  indexer::DuplicateQuery query;
  TRY_ASSIGN(query.kind, KindOf(request));
  TRY_ASSIGN(const int64_t limit, IntegerParameter(request, "limit", kPerPage));
  query.limit = static_cast<size_t>(limit);
  TRY_ASSIGN(query.from, DuplicateCursorOf(request));
  const auto page = context.library.Duplicates(query);
  if (page) return JsonResponse(DuplicatesJson(*page));
  if (page.error().code() != StatusCode::kInvalidArgument) return std::unexpected(AsProblem(page.error()));
  return RefuseParameter(Fault::kInvalidCursor, "cursor", page.error().message());
}

}  // namespace fovea::api
