#include "daemon/model_folder.h"

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/log.h"
#include "daemon/pull/hub_cache.h"
#include "daemon/pull/model_source.h"
#include "daemon/pull/pull_settings.h"
#include "daemon/settings_loader.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;

std::string HubCache() { return ReadPullSettings(ReadEnvironment(), "").hub_cache; }

bool IsPath(const std::string& text) { return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text == "." || text == ".."; }

// OpenAI's files, and those of open_clip, need no configuration beside them.
bool IsWeights(const fs::path& file) {
  const std::string ending = file.extension().string();
  return ending == ".pt" || ending == ".pth" || ending == ".bin" || ending == ".safetensors";
}

bool HasWeights(const std::string& folder) {
  std::error_code unreadable;  // then it is no model that we could use
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    if (IsWeights(entry.path())) return true;
  }
  return false;
}

// What to do about a model that is nowhere.
std::string HowToGet(const std::string& name) {
  const auto source = ParseModelSource(name);
  if (source) return StrCat("; `fovea model pull ", name, "` gets it");
  return source.error().message().find("did you mean") == std::string::npos ? "; `fovea model list` shows what there is" : StrCat(": ", source.error().message());
}

// The models of a place: folders in it, and OWNER/MODEL below that.
void AddModels(const std::string& place, const std::string& prefix, std::map<std::string, FoundModel>& found) {
  std::error_code unreadable;  // a place that is not there has no models
  for (const fs::directory_entry& entry : fs::directory_iterator(StrCat(place, "/", prefix), unreadable)) {
    const std::string name = prefix + entry.path().filename().string();
    if (entry.path().filename().string().starts_with('.') || !entry.is_directory(unreadable)) continue;
    if (LooksLikeModel(entry.path().string())) {
      found.emplace(name, FoundModel{name, entry.path().string()});
    } else if (prefix.empty()) {
      AddModels(place, name + "/", found);
    }
  }
}

}  // namespace

bool LooksLikeModel(const std::string& folder) {
  std::error_code unreadable;  // then it is no model that we could use
  return fs::is_regular_file(fs::path(folder) / "config.json", unreadable) ||
         fs::is_regular_file(fs::path(folder) / "open_clip_config.json", unreadable) || HasWeights(folder);
}

std::string ModelsFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') return StrCat(data, "/fovea/models");
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : StrCat(home, "/.local/share/fovea/models");
}

std::vector<std::string> ModelPlaces() {
  std::vector<std::string> places;
  if (std::string user = ModelsFolder(); !user.empty()) places.push_back(std::move(user));
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  if (unknown) return places;
  const fs::path folder = program.parent_path();
  places.push_back((folder.parent_path() / "share/fovea/models").string());
  if (folder.parent_path().filename() == "build") places.push_back((folder.parent_path().parent_path() / "models").string());
  return places;
}

Result<std::string> FindModel(const std::string& name_or_folder) {
  std::error_code absent;
  if (LooksLikeModel(name_or_folder) || (IsWeights(name_or_folder) && fs::is_regular_file(name_or_folder, absent))) return name_or_folder;
  const bool is_folder = name_or_folder.find('/') != std::string::npos && fs::is_directory(name_or_folder, absent);
  if (is_folder) {
    return Failed(NotFound(StrCat("model folder \"", name_or_folder, "\" has no config.json (Hugging Face), open_clip_config.json or weights (OpenAI: *.pt)")));
  }
  const auto source = ParseModelSource(name_or_folder);
  if (IsPath(name_or_folder) || (!source && name_or_folder.find('/') != std::string::npos)) {
    return Failed(NotFound(StrCat("model folder \"", name_or_folder, "\" is not there")));
  }
  std::string searched;
  for (const std::string& place : ModelPlaces()) {
    std::string folder = StrCat(place, "/", source ? source->name : name_or_folder);
    if (LooksLikeModel(folder)) return folder;
    searched += StrCat(searched.empty() ? "" : ", ", place);
  }
  if (source) {
    if (std::string folder = FindInHubCache(HubCache(), *source); !folder.empty()) return folder;
  }
  return Failed(NotFound(StrCat("no model \"", name_or_folder, "\" in ", searched, HowToGet(name_or_folder))));
}

std::vector<FoundModel> ListModels() {
  std::map<std::string, FoundModel> found;
  for (const std::string& place : ModelPlaces()) AddModels(place, "", found);
  for (CachedModel& cached : ListHubCache(HubCache())) {
    found.emplace(cached.repository, FoundModel{cached.repository, std::move(cached.folder), /*in_hub_cache=*/true});
  }
  std::vector<FoundModel> models;
  for (auto& [name, model] : found) models.push_back(std::move(model));
  return models;
}

}  // namespace fovea::daemon
