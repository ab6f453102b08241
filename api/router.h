#pragma once
// Router knows every route: which handler answers which method and path, and what a request that fits none is told.
//
// Owns:    the table of routes. Borrows what Context names, which must outlive it.
// Threads: any thread may call; handlers run on the caller's thread.
// Errors:  no_such_route, method_not_allowed with Allow; the handlers' own. Never throws.
// Units:   body limits in bytes.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "api/fetch_progress.h"
#include "api/problem.h"
#include "base/metrics.h"
#include "indexer/library.h"

namespace fovea::api {

// What handlers work with.
struct Context {
  indexer::Library& library;
  Metrics& metrics;
  std::string version;
  std::chrono::steady_clock::time_point started;
  size_t max_body_bytes = 0;  // of requests that bring pictures
  ReadFetchProgress fetching = {};  // may be empty
};

using Handler = Answer<Response> (*)(const Request& request, const Context& context);

enum class RunOn { kWorker, kIoThread };   // kIoThread: takes less than a millisecond, touches no disk and no model
enum class Body { kNone, kSmall, kPictures };

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/photos/{id}"
  Handler handler = nullptr;
  RunOn where = RunOn::kWorker;
  Body body = Body::kNone;
};

class Router {
 public:
  explicit Router(Context context);

  // The route for the request, whose `id` and `tag` are set; HEAD finds the route of GET.
  Answer<const Route*> Find(Request& request) const;
  // How large a body the route takes. A null `route` stands for a request that fits none.
  size_t MaxBodyBytes(const Route* route) const;
  // The handler's answer, or that of its Problem. OPTIONS is answered here.
  Response Run(const Route* route, const Request& request) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::string AllowedMethods(const Request& request) const;

  const Context context_;
  const std::vector<Route> routes_;
};

}  // namespace fovea::api
