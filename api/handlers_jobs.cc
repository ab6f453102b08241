#include "api/handlers.h"

#include <map>

#include "api/cursor.h"
#include "api/json.h"
#include "api/json_fields.h"
#include "api/parameters.h"

namespace fovea::api {
namespace {

constexpr IntegerRange kPerPage{.min = 1, .max = 1000, .otherwise = 100};

}  // namespace

Answer<Response> ListJobs(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"limit"}));
  TRY_ASSIGN(const int64_t limit, IntegerParameter(request, "limit", kPerPage));
  Json jobs = Json::array();
  for (const indexer::JobStatus& job : context.library.Jobs(static_cast<size_t>(limit))) jobs.push_back(JobJson(job));
  return JsonResponse({{"jobs", std::move(jobs)}});
}

Answer<Response> CancelJob(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const uint64_t id, IdOf(request, UINT64_MAX, "job"));
  if (const Status status = context.library.CancelJob(id); !status.ok()) return std::unexpected(AsProblem(status));
  return Response{.status = 202};
}

Answer<Response> ListFailures(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {"limit", "cursor"}));
  TRY_ASSIGN(const int64_t limit, IntegerParameter(request, "limit", kPerPage));
  TRY_ASSIGN(const auto after, FailureCursorOf(request));
  const auto count = static_cast<size_t>(limit);
  TRY_ASSIGN(auto failures, context.library.Failures(after, count + 1));  // one more tells whether the list goes on
  const bool more = failures.size() > count;
  if (more) failures.resize(count);

  std::map<storage::RootId, std::string> roots;
  for (const indexer::RootStatus& root : context.library.Roots()) roots[root.root.id] = root.root.path;
  Json list = Json::array();
  for (const storage::FailureRecord& failure : failures) list.push_back(FailureJson(failure, roots[failure.location.root]));
  return JsonResponse({{"failures", std::move(list)}, {"next", more ? Json(FailureCursor(failures.back().location)) : Json()}});
}

Answer<Response> RetryFailures(const Request& request, const Context& context) {
  TRY(OnlyParameters(request, {}));
  TRY_ASSIGN(const JsonFields fields, JsonFields::Parse(request));
  TRY(fields.Only({}));
  TRY_ASSIGN(const uint64_t retried, context.library.RetryFailures());
  return JsonResponse({{"retried", retried}}, 202);
}

}  // namespace fovea::api
