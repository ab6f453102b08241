#include "daemon/settings_loader.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/unique_fd.h"
#include "daemon/nearest_name.h"

namespace fovea::daemon {
namespace {

constexpr int64_t kMaxConfigBytes = 1 << 20;

// Variables of the build and the tests, which are not settings.
bool IsForeign(const std::string& variable) {
  constexpr std::array<std::string_view, 3> kForeign = {"FOVEA_DEPS", "FOVEA_TORCH", "FOVEA_CONFIG"};
  constexpr std::array<std::string_view, 2> kPrefixes = {"FOVEA_TEST_", "FOVEA_BENCH_"};
  return std::find(kForeign.begin(), kForeign.end(), variable) != kForeign.end() ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

std::string Get(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string UserFolder(const std::map<std::string, std::string>& environment, const char* xdg, const char* below_home) {
  const std::string set = Get(environment, xdg);
  if (set.starts_with('/')) return set;
  const std::string home = Get(environment, "HOME");
  return (home.empty() ? "/var/lib/fovea" : home) + below_home;
}

Result<SettingValue> FromJson(const nlohmann::json& value) {
  if (value.is_number_integer()) return SettingValue(value.get<int64_t>());
  if (value.is_string()) return SettingValue(value.get<std::string>());
  const auto is_text = [](const nlohmann::json& item) { return item.is_string(); };
  if (value.is_array() && std::all_of(value.begin(), value.end(), is_text)) {
    return SettingValue(value.get<std::vector<std::string>>());
  }
  return Failed(InvalidArgument("must be a whole number, a text or a list of texts"));
}

Result<nlohmann::json> ReadJson(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path, kMaxConfigBytes));
  try {
    return nlohmann::json::parse(content, nullptr, true, /*ignore_comments=*/true);
  } catch (const nlohmann::json::exception& e) {
    return Failed(Corrupt(StrCat("settings file \"", path, "\": ", e.what())));
  }
}

Status ApplyFile(const std::string& path, LoadedSettings& loaded) {
  ASSIGN_OR_RETURN(const nlohmann::json json, ReadJson(path));
  if (!json.is_object()) return Corrupt(StrCat("settings file \"", path, "\": must hold one object {…}"));
  for (const auto& [name, value] : json.items()) {
    const SettingKey* key = FindSettingKey(name);
    if (key == nullptr) {
      return InvalidArgument(StrCat("unknown setting \"", name, "\" in \"", path, "\"", Suggestion(name, SettingNames())));
    }
    auto converted = FromJson(value);
    if (!converted) return converted.error().WithContext(StrCat("setting \"", name, "\" in \"", path, "\""));
    RETURN_IF_ERROR(ApplySetting(loaded.settings, *key, *converted, path));
    loaded.origin[name] = "file";
  }
  return {};
}

Status ApplyEnvironment(const std::map<std::string, std::string>& environment, LoadedSettings& loaded) {
  std::vector<std::string> known;
  for (const SettingKey& key : SettingKeys()) known.push_back(EnvironmentName(key));
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with("FOVEA_") || IsForeign(variable)) continue;
    const auto found = std::find(known.begin(), known.end(), variable);
    if (found == known.end()) {
      return InvalidArgument(StrCat("unknown setting \"", variable, "\" in the environment", Suggestion(variable, known)));
    }
    const SettingKey& key = SettingKeys()[static_cast<size_t>(found - known.begin())];
    RETURN_IF_ERROR(ApplySetting(loaded.settings, key, value, variable));
    loaded.origin[std::string(key.name)] = "environment";
  }
  return {};
}

}  // namespace

Result<LoadedSettings> LoadSettings(const SettingsSources& sources) {
  LoadedSettings loaded;
  std::string file = sources.config_file.empty() ? Get(sources.environment, "FOVEA_CONFIG") : sources.config_file;
  const bool asked_for = !file.empty();
  if (!asked_for) file = UserFolder(sources.environment, "XDG_CONFIG_HOME", "/.config") + "/fovea/fovea.json";
  std::error_code unreadable;  // then it is not there for us, which is no fault unless it was asked for
  if (asked_for || std::filesystem::exists(file, unreadable)) RETURN_IF_ERROR(ApplyFile(file, loaded));
  RETURN_IF_ERROR(ApplyEnvironment(sources.environment, loaded));
  for (const auto& [name, value] : sources.command_line) {
    const SettingKey* key = FindSettingKey(name);
    if (key == nullptr) return Failed(Internal(StrCat("no setting \"", name, "\"")));
    RETURN_IF_ERROR(ApplySetting(loaded.settings, *key, value, CommandLineName(*key)));
    loaded.origin[name] = "command line";
  }
  if (loaded.settings.data.empty()) loaded.settings.data = UserFolder(sources.environment, "XDG_DATA_HOME", "/.local/share") + "/fovea";
  return loaded;
}

std::map<std::string, std::string> ReadEnvironment() {
  std::map<std::string, std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string DescribeSettings(const LoadedSettings& loaded) {
  std::string line;
  for (const SettingKey& key : SettingKeys()) {
    const auto origin = loaded.origin.find(std::string(key.name));
    line += StrCat(line.empty() ? "" : " ", key.name, "=", SettingText(loaded.settings, key));
    if (origin != loaded.origin.end()) line += StrCat(" (", origin->second, ")");
  }
  return line;
}

}  // namespace fovea::daemon
