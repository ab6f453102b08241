#include "daemon/pull/pull_settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/log.h"
#include "base/unique_fd.h"

namespace fovea::daemon {
namespace {

constexpr const char* kHub = "https://huggingface.co";
constexpr int64_t kMostTokenBytes = 4096;
constexpr int kMostTimeoutS = 3600;

class Variables {
 public:
  explicit Variables(const std::map<std::string, std::string>& values) : values_(values) {}
  // The first of the names that is set to something.
  std::string Get(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      const auto found = values_.find(name);
      if (found != values_.end() && !found->second.empty()) return found->second;
    }
    return "";
  }
  // "1", "on", "yes" and "true" in any case.
  bool IsOn(std::initializer_list<const char*> names) const {
    std::string value = Get(names);
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char letter) { return std::tolower(letter); });
    constexpr std::array<std::string_view, 4> kOn = {"1", "on", "yes", "true"};
    return std::find(kOn.begin(), kOn.end(), value) != kOn.end();
  }
  // The path with a "~" at its begin replaced.
  std::string Path(std::initializer_list<const char*> names) const {
    const std::string path = Get(names);
    return path.starts_with("~/") ? Get({"HOME"}) + path.substr(1) : path;
  }

 private:
  const std::map<std::string, std::string>& values_;
};

std::string OneLine(std::string text) {
  std::erase_if(text, [](unsigned char letter) { return std::isspace(letter) != 0; });
  return text;
}

std::string HomeOfHub(const Variables& variables) {
  if (std::string home = variables.Path({"HF_HOME"}); !home.empty()) return home;
  if (const std::string cache = variables.Path({"XDG_CACHE_HOME"}); !cache.empty()) return cache + "/huggingface";
  const std::string home = variables.Get({"HOME"});
  return home.empty() ? "" : home + "/.cache/huggingface";
}

std::string FindToken(const Variables& variables, const std::string& home) {
  if (std::string token = OneLine(variables.Get({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})); !token.empty()) return token;
  if (variables.IsOn({"HF_HUB_DISABLE_IMPLICIT_TOKEN"})) return "";
  const std::string path = variables.Path({"HF_TOKEN_PATH"});
  return OneLine(ReadFile(path.empty() ? home + "/token" : path, kMostTokenBytes).value_or(""));  // not there: not logged in
}

}  // namespace

PullSettings ReadPullSettings(const std::map<std::string, std::string>& environment, std::string openai_endpoint) {
  const Variables variables(environment);
  PullSettings settings;
  settings.hub = variables.Get({"HF_ENDPOINT"});
  if (settings.hub.empty()) settings.hub = kHub;
  settings.openai = std::move(openai_endpoint);
  for (std::string* address : {&settings.hub, &settings.openai}) {
    while (address->ends_with('/')) address->pop_back();
  }
  const std::string home = HomeOfHub(variables);
  settings.hub_cache = variables.Path({"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"});
  if (settings.hub_cache.empty() && !home.empty()) settings.hub_cache = home + "/hub";
  settings.token = FindToken(variables, home);
  settings.ca_file = variables.Get({"CURL_CA_BUNDLE", "SSL_CERT_FILE"});
  settings.offline = variables.IsOn({"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"});
  const std::string timeout = variables.Get({"HF_HUB_DOWNLOAD_TIMEOUT"});
  int seconds = 0;
  const auto [end, error] = std::from_chars(timeout.data(), timeout.data() + timeout.size(), seconds);
  const bool whole = error == std::errc() && end == timeout.data() + timeout.size();
  if (whole && seconds > 0 && seconds <= kMostTimeoutS) settings.timeout_s = seconds;
  return settings;
}

}  // namespace fovea::daemon
