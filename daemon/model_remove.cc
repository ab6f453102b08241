#include "daemon/model_remove.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/model_folder.h"
#include "daemon/pull/hub_cache.h"
#include "daemon/pull/model_pull.h"
#include "daemon/pull/pull_lock.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostOriginBytes = 1 << 20;

bool WasPulled(const std::string& folder) {
  const auto origin = nlohmann::json::parse(ReadFile(folder + "/fovea.json", kMostOriginBytes).value_or(""), nullptr, /*allow_exceptions=*/false);
  return origin.is_object() && origin.contains("source");
}

Status RemoveAll(const std::string& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  return error ? IoError(StrCat("remove \"", folder, "\": ", error.message())) : Status();
}

// The name is gone at once; its bytes after it.
Status RemovePulled(const std::string& folder, const std::string& grave) {
  const auto alone = HoldFolderAlone(folder);
  if (!alone && alone.error().code() == StatusCode::kBusy) return Busy(StrCat("\"", folder, "\" is in use: stop the daemon that runs it first"));
  if (!alone) return alone.error();
  RETURN_IF_ERROR(RemoveAll(grave));
  if (::rename(folder.c_str(), grave.c_str()) != 0) return FromErrno(errno, StrCat("remove \"", folder, "\""));
  return RemoveAll(grave);
}

// Why a model that is somewhere else is not removed.
Status NotOurs(const std::string& name, const ModelSource& source) {
  const std::string cache = ReadPullSettings(ReadEnvironment(), "").hub_cache;
  if (const std::string cached = FindInHubCache(cache, source); !cached.empty()) {
    return Unsupported(StrCat("\"", name, "\" is in Hugging Face's cache, which other programs use too; it stays: ", cached));
  }
  const auto elsewhere = FindModel(name);
  if (!elsewhere) return NotFound(StrCat("no model \"", name, "\" in \"", ModelsFolder(), "\""));
  return Unsupported(StrCat("\"", name, "\" was not fetched by `fovea model pull`; it stays: ", *elsewhere));
}

}  // namespace

Result<ExitCode> RunModelRemove(const CommandLine& line) {
  ModelSource source{.name = line.model};
  if (auto parsed = ParseModelSource(line.model)) source = *std::move(parsed);
  const std::string models = ModelsFolder(), folder = StrCat(models, "/", source.name), pull = PullFolder(models, source.name);
  std::error_code absent;
  const bool unfinished = fs::exists(pull + "/files", absent), whole = WasPulled(folder);
  if (!unfinished && !whole) return Failed(NotOurs(line.model, source));
  fs::create_directories(pull, absent);  // if it cannot, the lock says why
  auto lock = TryLock(pull + "/lock");
  if (!lock && lock.error().code() == StatusCode::kBusy) return Failed(Busy(StrCat("another process pulls ", source.name, " at this moment")));
  if (!lock) return Failed(lock.error());
  RETURN_IF_ERROR(RemoveAll(pull + "/files"));
  if (whole) RETURN_IF_ERROR(RemovePulled(folder, pull + "/removed"));
  const std::string owner = fs::path(folder).parent_path().string();
  if (owner != models) fs::remove(owner, absent);  // stays when it holds other models
  std::cout << source.name << (whole ? " is removed" : ": what an unfinished pull had left is removed") << std::endl;
  return ExitCode::kOk;
}

}  // namespace fovea::daemon
