#include "daemon/model_folder.h"

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/log.h"

namespace fovea::daemon {
namespace {

namespace fs = std::filesystem;

std::string UserPlace() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data == '/') return StrCat(data, "/fovea/models");
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : StrCat(home, "/.local/share/fovea/models");
}

}  // namespace

bool LooksLikeModel(const std::string& folder) {
  std::error_code unreadable;  // then it is no model that we could use
  return fs::is_regular_file(fs::path(folder) / "config.json", unreadable) ||
         fs::is_regular_file(fs::path(folder) / "open_clip_config.json", unreadable);
}

std::vector<std::string> ModelPlaces() {
  std::vector<std::string> places;
  if (std::string user = UserPlace(); !user.empty()) places.push_back(std::move(user));
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  if (unknown) return places;
  const fs::path folder = program.parent_path();
  places.push_back((folder.parent_path() / "share/fovea/models").string());
  if (folder.parent_path().filename() == "build") places.push_back((folder.parent_path().parent_path() / "models").string());
  return places;
}

Result<std::string> FindModel(const std::string& name_or_folder) {
  if (name_or_folder.find('/') != std::string::npos || LooksLikeModel(name_or_folder)) {
    std::error_code error;
    if (!fs::is_directory(name_or_folder, error)) return Failed(NotFound(StrCat("model folder \"", name_or_folder, "\" is not there")));
    if (LooksLikeModel(name_or_folder)) return name_or_folder;
    return Failed(NotFound(StrCat("model folder \"", name_or_folder, "\" has neither config.json (Hugging Face) nor open_clip_config.json")));
  }
  std::string searched;
  for (const std::string& place : ModelPlaces()) {
    std::string folder = StrCat(place, "/", name_or_folder);
    if (LooksLikeModel(folder)) return folder;
    searched += StrCat(searched.empty() ? "" : ", ", place);
  }
  return Failed(NotFound(StrCat("no model \"", name_or_folder, "\" in ", searched, "; `fovea model list` shows what there is")));
}

std::vector<FoundModel> ListModels() {
  std::map<std::string, std::string> found;
  for (const std::string& place : ModelPlaces()) {
    std::error_code unreadable;  // a place that is not there has no models
    for (const fs::directory_entry& entry : fs::directory_iterator(place, unreadable)) {
      if (LooksLikeModel(entry.path().string())) found.emplace(entry.path().filename().string(), entry.path().string());
    }
  }
  std::vector<FoundModel> models;
  for (const auto& [name, folder] : found) models.push_back({name, folder});
  return models;
}

}  // namespace fovea::daemon
