#include "daemon/pull/hub_cache.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/pull/model_files.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostRefBytes = 256;
constexpr int64_t kMostConfigBytes = 1 << 20;
constexpr std::string_view kPrefix = "models--";

// The files that can be reached; a link into the void is left out.
std::set<std::string> FilesIn(const std::string& folder) {
  std::set<std::string> names;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    if (entry.is_regular_file(unreadable)) names.insert(entry.path().filename().string());
  }
  return names;
}

// Most of what lies in the cache is something else, or in part; open_clip's configuration says it, that of transformers by its type.
bool IsClip(const std::string& folder, const std::set<std::string>& names, bool one_tower_at_most) {
  if (names.contains("open_clip_config.json")) return true;
  const auto config = nlohmann::json::parse(ReadFile(folder + "/config.json", kMostConfigBytes).value_or(""), nullptr, /*allow_exceptions=*/false);
  if (!config.is_object() || !config.contains("model_type")) return false;
  const nlohmann::json& type = config["model_type"];
  return type == "clip_vision_model" || type == "clip_text_model" || (type == "clip" && !one_tower_at_most);
}

bool IsWholeModel(const std::string& folder) {
  const std::set<std::string> names = FilesIn(folder);
  const auto files = ChooseModelFiles(names);
  return files && IsClip(folder, names, files->one_tower_at_most);
}

}  // namespace

std::string FindInHubCache(const std::string& cache, const ModelSource& source) {
  if (cache.empty() || source.repository.empty()) return "";
  std::string folder = source.repository;
  folder.replace(folder.find('/'), 1, "--");
  folder = StrCat(cache, "/", kPrefix, folder);
  std::string commit = ReadFile(StrCat(folder, "/refs/", source.revision), kMostRefBytes).value_or(source.revision);
  commit.erase(std::find_if(commit.begin(), commit.end(), [](unsigned char letter) { return std::isspace(letter) != 0; }), commit.end());
  if (commit.empty() || commit.find('/') != std::string::npos || commit.starts_with('.')) return "";
  std::string snapshot = StrCat(folder, "/snapshots/", commit);
  return IsWholeModel(snapshot) ? snapshot : "";
}

std::vector<CachedModel> ListHubCache(const std::string& cache) {
  std::vector<CachedModel> models;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(cache, unreadable)) {
    std::string name = entry.path().filename().string();
    const size_t dashes = name.find("--", kPrefix.size());
    if (!name.starts_with(kPrefix) || dashes == std::string::npos) continue;
    name = name.substr(kPrefix.size()).replace(dashes - kPrefix.size(), 2, "/");
    const auto source = ParseModelSource(name);
    if (!source) continue;
    if (std::string folder = FindInHubCache(cache, *source); !folder.empty()) models.push_back({name, std::move(folder)});
  }
  std::sort(models.begin(), models.end(), [](const CachedModel& a, const CachedModel& b) { return a.repository < b.repository; });
  return models;
}

}  // namespace fovea::daemon
