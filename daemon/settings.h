#pragma once
// Settings are all that a user can choose. One table of keys drives the file, the environment, the command line, the help
// and the check that config/ documents every key.
//
// Owns:    plain values.
// Threads: value types; filled once at start, never changed afterwards.
// Errors:  kInvalidArgument with the key's name, where it came from, and the range or the nearest known key.
// Units:   stand in the key's name and in SettingKey::unit.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/server.h"
#include "base/status.h"
#include "indexer/library.h"

namespace fovea::daemon {

// Defaults that belong to a component are the component's own.
struct Settings {
  std::string data;                       // empty: $XDG_DATA_HOME/fovea
  std::string model = "fovea-tiny";
  std::string openai_endpoint = "https://openaipublic.azureedge.net/clip";
  std::vector<std::string> roots;
  std::string listen = "127.0.0.1:8642";
  std::vector<std::string> allowed_hosts;
  std::string server;                     // empty: the daemon that runs on `data`, if any
  std::string log_level = "info";
  std::string device = "auto";
  std::string precision = "auto";
  std::string index = "auto";
  int64_t index_memory_mib = 0;           // 0: three quarters of what is available
  int64_t torch_threads = 0;              // 0: one per processor
  int64_t decode_threads = 0;             // 0: one per processor
  int64_t batch_size = indexer::LibraryOptions{}.batch_size;
  int64_t batch_wait_ms = indexer::LibraryOptions{}.batch_wait_ms;
  int64_t max_batch_ms = indexer::LibraryOptions{}.max_batch_ms;
  int64_t question_wait_ms = indexer::LibraryOptions{}.question_wait_ms;
  int64_t max_waiting_questions = indexer::LibraryOptions{}.max_waiting_questions;
  int64_t settle_ms = indexer::LibraryOptions{}.settle_ms;
  int64_t reconcile_s = indexer::LibraryOptions{}.reconcile_s;
  int64_t thumbnail_px = indexer::LibraryOptions{}.thumbnail_px;
  int64_t snapshot_every_s = indexer::LibraryOptions{}.snapshot_every_s;
  int64_t keep_old_vectors_days = indexer::LibraryOptions{}.keep_old_vectors_s / 86'400;
  int64_t max_file_mib = indexer::LibraryOptions{}.limits.max_file_bytes >> 20;
  int64_t max_megapixels = indexer::LibraryOptions{}.limits.max_pixels / 1'000'000;
  int64_t store_cache_mib = static_cast<int64_t>(storage::Catalog::Options{}.cache_bytes >> 20);
  int64_t http_io_threads = api::ServerOptions{}.io_threads;
  int64_t http_worker_threads = api::ServerOptions{}.worker_threads;
  int64_t http_max_queued_requests = static_cast<int64_t>(api::ServerOptions{}.max_queued_requests);
  int64_t http_max_connections = static_cast<int64_t>(api::ServerOptions{}.max_connections);
  int64_t http_max_header_kib = static_cast<int64_t>(api::ServerOptions{}.max_header_bytes >> 10);
  int64_t http_max_body_mib = static_cast<int64_t>(api::ServerOptions{}.max_body_bytes >> 20);
  int64_t http_read_timeout_s = api::ServerOptions{}.read_timeout_s;
  int64_t http_write_timeout_s = api::ServerOptions{}.write_timeout_s;
  int64_t http_idle_timeout_s = api::ServerOptions{}.idle_timeout_s;
};

// Which commands a key has a meaning for; `--help` of the others does not show it.
enum CommandSet : unsigned {
  kServe = 1, kIndex = 2, kSearch = 4, kEmbed = 8, kStatus = 16, kModel = 32, kImport = 64,
  kRuns = kServe | kIndex,                    // commands that index
  kEncodes = kServe | kIndex | kSearch | kEmbed,  // commands that run a model
};

using Number = int64_t Settings::*;
using Text = std::string Settings::*;
using List = std::vector<std::string> Settings::*;

struct SettingKey {
  std::string_view name;      // in the file; FOVEA_NAME in the environment, --name with dashes on the command line
  std::variant<Number, Text, List> field;
  std::string_view unit;      // "" for texts
  int64_t min = 0;            // of a number, both ends included
  int64_t max = 0;
  std::string_view choices;   // of a text, "auto|cuda|cuda:N" with any number for N; "" = anything
  unsigned commands = 0;      // CommandSet
  std::string_view help;
};

std::span<const SettingKey> SettingKeys();
const SettingKey* FindSettingKey(std::string_view name);  // null when unknown
std::vector<std::string> SettingNames();
std::string EnvironmentName(const SettingKey& key);   // "FOVEA_BATCH_SIZE"
std::string CommandLineName(const SettingKey& key);   // "--batch-size"

using SettingValue = std::variant<int64_t, std::string, std::vector<std::string>>;

// Sets one key. A text given for a number is read as one, and a text for a list is split at commas.
// `source` is named in the message: "FOVEA_BATCH_SIZE", "/etc/fovea.json".
Status ApplySetting(Settings& settings, const SettingKey& key, const SettingValue& value, std::string_view source);
// The value as a user would write it.
std::string SettingText(const Settings& settings, const SettingKey& key);

}  // namespace fovea::daemon
