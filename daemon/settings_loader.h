#pragma once
// LoadSettings brings defaults, file, environment and command line together, in this order; the last one wins.
//
// Owns:    nothing.
// Threads: called once at start.
// Errors:  kInvalidArgument for an unknown key (with the nearest known one), a value of the wrong kind or out of range;
//          kNotFound for a file that was asked for and is not there; kCorrupt for JSON that cannot be read, with its line.
// Units:   as Settings.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "daemon/settings.h"

namespace fovea::daemon {

struct SettingsSources {
  std::string config_file;                               // empty: $XDG_CONFIG_HOME/fovea/fovea.json if it is there
  std::map<std::string, std::string> environment;        // of the process
  std::vector<std::pair<std::string, SettingValue>> command_line;  // key name, value
};

struct LoadedSettings {
  Settings settings;
  std::map<std::string, std::string> origin;  // key -> "file …", "environment", "command line"; defaults are left out
};

Result<LoadedSettings> LoadSettings(const SettingsSources& sources);
// The environment of this process.
std::map<std::string, std::string> ReadEnvironment();
// "data=/x (command line) batch_size=32 …": every key, for the log.
std::string DescribeSettings(const LoadedSettings& loaded);

}  // namespace fovea::daemon
