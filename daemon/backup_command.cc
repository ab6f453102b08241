#include "daemon/backup_command.h"

#include <filesystem>
#include <iostream>

#include "api/base64.h"
#include "base/log.h"
#include "daemon/daemon_client.h"
#include "daemon/wiring.h"
#include "storage/backup.h"

namespace fovea::daemon {
namespace {

constexpr std::chrono::hours kLongestBackup{24};

std::string Absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal(); }

Result<api::Json> AskDaemon(const std::string& url, const std::string& folder) {
  api::Json body;
  body["folder_bytes"] = api::EncodeBase64(folder);  // its name need not be UTF-8
  return AskJson({.url = url, .target = "/v1/backups", .json_body = api::Dump(body), .deadline = kLongestBackup});
}

Result<api::Json> BackUpData(const Settings& settings, const std::string& folder) {
  if (!std::filesystem::is_directory(settings.data + "/catalog")) {
    return Failed(NotFound(StrCat("no library in \"", settings.data, "\", and no daemon runs on it")));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::Catalog> catalog, OpenCatalog(settings));
  ASSIGN_OR_RETURN(const storage::BackupFacts facts, catalog->BackUp(folder, [] { return true; }));
  return api::BackupJson(facts);
}

void Print(const CommandLine& line, const char* what, const std::string& folder, const api::Json& facts) {
  if (line.json) {
    std::cout << api::Dump(facts) << std::endl;
    return;
  }
  std::cout << what << " " << facts.value("number", 0) << " of " << facts.value("made_at", "") << ": " << facts.value("photos", 0) << " photos, "
            << facts.value("bytes", uint64_t{0}) / 1'000'000 << " MB, in \"" << folder << "\"" << std::endl;
}

Result<ExitCode> PrintList(const CommandLine& line) {
  ASSIGN_OR_RETURN(const std::vector<storage::BackupFacts> list, storage::ListBackups(line.folder));
  api::Json all = api::Json::array();
  for (const storage::BackupFacts& facts : list) {
    if (!line.json) Print(line, "backup", line.folder, api::BackupJson(facts));
    all.push_back(api::BackupJson(facts));
  }
  if (line.json) std::cout << api::Dump({{"backups", all}}) << std::endl;
  return ExitCode::kOk;
}

}  // namespace

Result<ExitCode> RunBackup(const CommandLine& line, const LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  const std::string folder = Absolute(line.folder);
  const Result<std::string> running = FindServer(settings);
  ASSIGN_OR_RETURN(const api::Json facts, running ? AskDaemon(*running, folder) : BackUpData(settings, folder));
  Print(line, "made backup", folder, facts);
  return ExitCode::kOk;
}

Result<ExitCode> RunRestore(const CommandLine& line, const LoadedSettings& loaded) {
  if (line.list) return PrintList(line);
  ASSIGN_OR_RETURN(const storage::BackupFacts facts, storage::RestoreBackup(line.folder, line.backup, loaded.settings.data));
  Print(line, "restored backup", loaded.settings.data, api::BackupJson(facts));
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
