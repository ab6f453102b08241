#include "daemon/status_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/log.h"
#include "daemon/daemon_client.h"
#include "storage/catalog.h"

namespace fovea::daemon {
namespace {

Result<api::Json> AskDaemon(const std::string& url) {
  ASSIGN_OR_RETURN(api::Json json, AskJson({.url = url, .target = "/v1/status", .json_body = ""}));
  json["url"] = url;
  return json;
}

bool IsIdle(const api::Json& status, const api::Json& jobs) {
  const auto at_rest = [](const api::Json& root) { return root.value("watching", false) || root.value("state", "") == "offline"; };
  const auto ended = [](const api::Json& job) {
    const bool runs = job.value("state", "") == "running" || job.value("state", "") == "queued";
    return !runs || job.value("kind", "") == "model";  // everything is indexed and found while the model is switched
  };
  const api::Json roots = status.value("roots", api::Json::array());
  const api::Json list = jobs.value("jobs", api::Json::array());
  return status.value("ready", false) && status.value("pending", 0) == 0 && std::all_of(roots.begin(), roots.end(), at_rest) &&
         std::all_of(list.begin(), list.end(), ended);
}

// Looks again and again until two looks in a row find nothing to do (a scan begins a moment after its folder is watched).
Result<api::Json> WaitUntilIdle(const std::string& url) {
  for (int idle = 0;;) {
    ASSIGN_OR_RETURN(const api::Json status, AskDaemon(url));
    ASSIGN_OR_RETURN(const api::Json jobs, AskJson({.url = url, .target = "/v1/jobs", .json_body = ""}));
    idle = IsIdle(status, jobs) ? idle + 1 : 0;
    if (idle == 2) return status;
    if (status.value("state", "") == "failed") return Failed(IoError(StrCat("the daemon has failed: ", status.value("reason", ""))));
    PauseBetweenLooks();
  }
}

Result<api::Json> ReadData(const std::string& folder) {
  if (!std::filesystem::is_directory(folder)) {
    return Failed(NotFound(StrCat("no library in \"", folder, "\" and no daemon runs on it; begin with `fovea serve FOLDER`")));
  }
  storage::Catalog::Options options;
  options.folder = folder;
  options.read_only = true;
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, storage::Catalog::Open(options));
  api::Json json;
  json["state"] = "no daemon runs";
  json["photos"] = catalog->photo_count();
  json["failures"] = catalog->failure_count();
  json["roots"] = api::Json::array();
  for (const storage::Root& root : catalog->ListRoots()) {
    json["roots"].push_back({{"id", root.id.value}, {"path", root.path}, {"state", api::StateName(root.state)}});
  }
  return json;
}

Result<api::Json> FindStatus(const Settings& settings, bool wait) {
  const Result<std::string> running = FindServer(settings);
  if (wait) return running ? WaitUntilIdle(*running) : Failed(running.error());
  return running ? AskDaemon(*running) : ReadData(settings.data);
}

std::string TextOf(const api::Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// "name: value" per line; objects on one line, lists one line per entry.
void PrintForPeople(const api::Json& status) {
  for (const auto& [name, value] : status.items()) {
    if (value.is_null()) continue;
    if (value.is_array()) {
      for (const api::Json& entry : value) {
        std::cout << name << ":";
        for (const auto& [field, text] : entry.items()) std::cout << " " << field << " " << TextOf(text);
        std::cout << "\n";
      }
    } else if (value.is_object()) {
      for (const auto& [field, text] : value.items()) {
        if (!text.is_null()) std::cout << name << "." << field << ": " << TextOf(text) << "\n";
      }
    } else {
      std::cout << name << ": " << TextOf(value) << "\n";
    }
  }
  std::cout << std::flush;
}

}  // namespace

Result<ExitCode> RunStatus(const CommandLine& line, const LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const api::Json status, FindStatus(loaded.settings, line.wait));
  if (line.json) {
    std::cout << api::Dump(status) << std::endl;
  } else {
    PrintForPeople(status);
  }
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
