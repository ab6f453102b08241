#include "daemon/duplicates_command.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "api/router.h"
#include "api/url.h"
#include "base/log.h"
#include "daemon/daemon_client.h"
#include "daemon/wiring.h"

namespace fovea::daemon {
namespace {

using api::Json;

constexpr const char* kAddress = "/v1/duplicates";

// The library that is asked: a daemon over HTTP, or, where none runs, the data itself by the same routes.
class Asked {
 public:
  explicit Asked(std::string url) : name_(std::move(url)) {}
  Asked(const Settings& settings, std::unique_ptr<storage::Catalog> catalog)
      : name_(settings.data), catalog_(std::move(catalog)), library_(std::make_unique<indexer::Library>(*catalog_, clock_, metrics_, MakeLibraryOptions(settings))),
        router_(std::make_unique<api::Router>(api::Context{.library = *library_, .metrics = metrics_, .version = {}, .started = {}, .max_body_bytes = 1 << 16})) {}

  // With a body: POST.
  Result<Json> Ask(const std::string& target, const std::string& body = "") const {
    ASSIGN_OR_RETURN(const HttpAnswer answer, router_ ? AskRouter(target, body) : daemon::Ask({.url = name_, .target = target, .json_body = body}));
    return JsonOf(name_, answer);
  }

 private:
  Result<HttpAnswer> AskRouter(const std::string& target, const std::string& body) const {
    auto parsed = api::ParseTarget(target);
    if (!parsed) return Failed(Internal(parsed.error().detail));
    api::Request request{.method = body.empty() ? "GET" : "POST", .path = parsed->path, .query = parsed->query, .headers = {{"content-type", "application/json"}}, .body = body};
    const auto route = router_->Find(request);
    if (!route) return Failed(Internal(route.error().detail));
    const api::Response response = router_->Run(*route, request);
    const auto* text = std::get_if<std::string>(&response.body);
    return HttpAnswer{response.status, text != nullptr ? *text : ""};
  }

  const std::string name_;
  const SystemClock clock_;
  Metrics metrics_;
  const std::unique_ptr<storage::Catalog> catalog_;
  const std::unique_ptr<indexer::Library> library_;
  const std::unique_ptr<api::Router> router_;
};

Result<std::unique_ptr<Asked>> FindAsked(const Settings& settings) {
  const Result<std::string> running = FindServer(settings);
  if (running) return std::make_unique<Asked>(*running);
  if (!std::filesystem::is_directory(settings.data + "/catalog")) {
    return Failed(NotFound(StrCat("no library in \"", settings.data, "\", and no daemon runs on it; begin with `fovea index FOLDER`")));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  return std::make_unique<Asked>(settings, std::move(catalog));
}

Result<Json> SearchAgain(const Asked& asked, const CommandLine& line) {
  Json body = Json::object();
  if (line.threshold) body["threshold"] = *line.threshold;
  RETURN_IF_ERROR(asked.Ask(kAddress, api::Dump(body)));
  return asked.Ask(StrCat(kAddress, "?limit=1"));
}

// Waits for the search that runs; tells how far it is.
Status WaitForSearch(const Asked& asked, Json page) {
  if (page["running"].is_null()) return Status();
  const Json begun = page["running"];
  while (!page["running"].is_null()) {
    const Json& running = page["running"];
    std::cerr << "\rsearching for duplicates: " << running["done"] << " of " << running["total"] << " photos" << std::flush;
    PauseBetweenLooks();
    ASSIGN_OR_RETURN(page, asked.Ask(StrCat(kAddress, "?limit=1")));
  }
  std::cerr << std::endl;
  ASSIGN_OR_RETURN(const Json jobs, asked.Ask("/v1/jobs?limit=1000"));
  for (const Json& job : jobs["jobs"]) {
    if (job["id"] != begun["id"] || job["state"] == "done") continue;
    return IoError(StrCat("the search for duplicates was ", job.value("state", ""), job["error"].is_string() ? ": " + job.value("error", "") : ""));
  }
  return Status();
}

// Every group, by walking the cursor.
Result<Json> AllGroups(const Asked& asked, const std::string& kind) {
  Json all;
  std::string cursor;
  do {
    const std::string target = StrCat(kAddress, "?limit=200", kind.empty() ? "" : "&kind=", kind, cursor.empty() ? "" : "&cursor=", cursor);
    ASSIGN_OR_RETURN(Json page, asked.Ask(target));
    cursor = page["next"].is_null() ? "" : page.value("next", "");
    if (all.is_null()) {
      all = {{"search", page["search"]}, {"groups", Json::array()}};
    }
    for (Json& group : page["groups"]) all["groups"].push_back(std::move(group));
  } while (!cursor.empty());
  return all;
}

void Print(const Json& all) {
  for (const Json& group : all["groups"]) {
    std::cout << group.value("kind", "") << ", " << group.value("size", 0) << (group["kind"] == "identical" ? " paths" : " photos") << "\n";
    for (const Json& photo : group["photos"]) {
      std::printf("  %-4s %6.4f  %5dx%-5d %9lld bytes  ", photo.value("keep", false) ? "keep" : "", photo.value("score", 0.0), photo.value("width", 0),
                  photo.value("height", 0), static_cast<long long>(photo.value("bytes", int64_t{0})));
      std::fflush(stdout);
      std::cout << photo.value("path", "") << std::endl;
    }
  }
  const Json& search = all["search"];
  if (search.is_null()) return;
  std::cout << all["groups"].size() << " groups, found " << search.value("made_at", "") << " among " << search.value("photos", 0) << " photos";
  if (search["photos_since"].is_number() && search["photos_since"] > 0) std::cout << "; " << search["photos_since"] << " came since (--find searches again)";
  std::cout << std::endl;
}

}  // namespace

Result<ExitCode> RunDuplicates(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Asked> asked, FindAsked(loaded.settings));
  ASSIGN_OR_RETURN(Json page, asked->Ask(StrCat(kAddress, "?limit=1")));
  if (page["running"].is_null() && (line.find || page["search"].is_null())) {
    ASSIGN_OR_RETURN(page, SearchAgain(*asked, line));
  }
  RETURN_IF_ERROR(WaitForSearch(*asked, page));
  ASSIGN_OR_RETURN(const Json all, AllGroups(*asked, line.kind));
  if (line.json) {
    std::cout << api::Dump(all) << std::endl;
  } else {
    Print(all);
  }
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
