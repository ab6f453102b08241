#include "daemon/model_switch_command.h"

#include <chrono>
#include <iostream>
#include <utility>

#include "base/log.h"
#include "daemon/daemon_client.h"
#include "daemon/model_encoders.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::minutes kLongestLoading{10};  // a large model from a slow disk

// What a line about the job says: "1200 of 5000 photos, 31 per second; note".
std::string Describe(const api::Json& job) {
  std::string text = StrCat(job.value("done", uint64_t{0}), " of ", job.value("total", uint64_t{0}), " photos");
  if (const double rate = job.value("rate", 0.0); rate > 0) text += StrCat(", ", static_cast<int64_t>(rate + 0.5), " per second");
  if (job.contains("note") && job["note"].is_string()) text += "; " + job["note"].get<std::string>();
  return text;
}

Result<api::Json> FindJob(const std::string& url, uint64_t id) {
  ASSIGN_OR_RETURN(const api::Json answer, AskJson({.url = url, .target = "/v1/jobs?limit=1000", .json_body = ""}));
  for (const api::Json& job : answer.value("jobs", api::Json::array())) {
    if (job.value("id", uint64_t{0}) == id) return job;
  }
  return Failed(NotFound(StrCat(url, " knows no job ", id, " any more")));
}

Result<api::Json> WaitForEnd(const std::string& url, uint64_t id, bool show) {
  for (std::string shown;;) {
    ASSIGN_OR_RETURN(const api::Json job, FindJob(url, id));
    const std::string line = Describe(job);
    if (show && line != std::exchange(shown, line)) std::cout << line << std::endl;
    const std::string state = job.value("state", "");
    if (state != "running" && state != "queued") return job;
    PauseBetweenLooks();
  }
}

}  // namespace

Result<ExitCode> RunModelSwitch(const CommandLine& line, const LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  const Result<std::string> running = FindServer(settings);
  if (!running) return Failed(NotFound(StrCat("no daemon runs on \"", settings.data, "\": start fovea serve first (", running.error().message(), ")")));
  const std::string& daemon = *running;
  const api::Json body = {{"model", StableSource(line.model)}};
  ASSIGN_OR_RETURN(api::Json job, AskJson({.url = daemon, .target = "/v1/models", .json_body = api::Dump(body), .deadline = kLongestLoading}));
  if (line.wait) {
    ASSIGN_OR_RETURN(job, WaitForEnd(daemon, job.value("id", uint64_t{0}), !line.json));
  }
  const std::string state = job.value("state", "");
  if (line.json) {
    std::cout << api::Dump(job) << std::endl;
  } else {
    std::cout << (state == "done" ? "switched to " : "switching to ") << line.model << ", job " << job.value("id", uint64_t{0}) << std::endl;
  }
  if (state == "running" || state == "queued" || state == "done") return ExitCode::kOk;
  return Failed(Cancelled(StrCat("the switch to ", line.model, " did not come to its end: ", job["error"].is_string() ? job["error"].get<std::string>() : state)));
}

}  // namespace fovea::daemon
