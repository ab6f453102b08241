#pragma once
// The one place that turns a Problem into an HTTP status and an application/problem+json body (RFC 9457).
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  none.
// Units:   Retry-After in seconds. Codes and statuses: docs/api.md.
#include <string_view>

#include "api/problem.h"

namespace fovea::api {

// {"type","title","status","detail","code"} and, where known, "pointer", "parameter", "position".
Response ErrorResponse(const Problem& problem);
int HttpStatusOf(Fault fault);
// The stable name, such as "out_of_range".
std::string_view CodeOf(Fault fault);

}  // namespace fovea::api
