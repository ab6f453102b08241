#pragma once
// ParseCommandLine turns argv into a CommandLine; --help, --version and mistakes are answered here.
//
// Owns:    plain values.
// Threads: called once at start.
// Errors:  an ExitCode instead of a CommandLine: kOk after --help or --version, kUsage after one line about the mistake.
// Units:   none.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/exit_code.h"
#include "daemon/settings.h"

namespace fovea::daemon {

enum class Command { kServe, kIndex, kSearch, kEmbed, kStatus, kModelList, kModelPull, kModelInspect, kModelRemove, kModelSwitch,
                     kBackup, kRestore, kVerify, kExport, kImport, kDuplicates };

// One thing to embed or to search with.
struct Input {
  enum class Kind { kText, kImageFile } kind = Kind::kText;
  std::string value;
};

struct CommandLine {
  Command command = Command::kServe;
  std::string config_file;
  std::vector<std::pair<std::string, SettingValue>> settings;  // key name and value, as LoadSettings takes them
  std::vector<std::string> roots;      // serve, index, import
  bool progress = false;               // serve, index, import: progress even if standard output is no terminal
  std::vector<Input> inputs;           // embed: in the order given; search: exactly one, or none with `photo`
  std::optional<uint64_t> photo;       // search
  uint64_t k = 10;                     // search
  bool json = false;                   // search, status, model list, backup, restore, verify
  bool wait = false;                   // status: until the daemon is ready and everything is indexed; model switch: until it is done
  bool raw = false;                    // embed: features as the model gives them
  bool parity = false;                 // embed: decode as the reference does
  bool pull = false;                   // serve: fetch the model if it is not there
  std::string kind;                    // duplicates: "identical", "copies", "bursts"; empty: all
  bool find = false;                   // duplicates: search again
  std::optional<float> threshold;      // duplicates
  std::string model;                   // model pull, inspect, remove; import: the model's id
  bool same_model = false;             // import: the vectors are of the library's model, the user says
  std::string folder;                  // backup, restore, export, import
  uint32_t backup = 0;                 // restore: its number, 0 the newest
  bool list = false;                   // restore: tell which there are
  std::string filter;                  // search: the API's filter, JSON; empty: everything fits
  std::string below;                   // search: only photos in this folder
  std::string from, to;                // search: only photos taken in this time
  bool only_hits = false;              // search: nothing behind the hits' end; for a text without --all and -k
};

std::variant<CommandLine, ExitCode> ParseCommandLine(int argc, const char* const* argv);

}  // namespace fovea::daemon
