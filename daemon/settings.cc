#include "daemon/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/log.h"

namespace fovea::daemon {
namespace {

constexpr unsigned kData = kServe | kIndex | kSearch | kStatus | kImport;

const std::array kKeys = {
    SettingKey{"data", &Settings::data, "", 0, 0, "", kData, "folder of the store; default $XDG_DATA_HOME/fovea"},
    SettingKey{"model", &Settings::model, "", 0, 0, "", kEncodes, "name of a model (see `fovea model list`), or a CLIP model's folder"},
    SettingKey{"openai_endpoint", &Settings::openai_endpoint, "", 0, 0, "", kServe | kModel, "where OpenAI's models are fetched from: it, or a mirror"},
    SettingKey{"roots", &Settings::roots, "", 0, 0, "", kServe, "folders of pictures to watch, besides those added before"},
    SettingKey{"listen", &Settings::listen, "", 0, 0, "", kServe, "ADDRESS:PORT of the HTTP server; port 0 takes a free one"},
    SettingKey{"allowed_hosts", &Settings::allowed_hosts, "", 0, 0, "", kServe,
               "names that requests may use in Host and Origin, besides localhost and the address"},
    SettingKey{"server", &Settings::server, "", 0, 0, "", kSearch | kStatus, "URL of the daemon to ask; default the one that runs on the data"},
    SettingKey{"log_level", &Settings::log_level, "", 0, 0, "debug|info|warning|error|off", kEncodes, "least level of log lines"},
    SettingKey{"device", &Settings::device, "", 0, 0, "auto|cpu|cuda|cuda:N", kEncodes,
               "what the model runs on; auto takes all GPUs if there are any, cuda all, cuda:1 the second one"},
    SettingKey{"precision", &Settings::precision, "", 0, 0, "auto|fp32|fp16|bf16|int8", kEncodes,
               "number format of the model; one that the device does not compute in is refused"},
    SettingKey{"torch_threads", &Settings::torch_threads, "threads", 0, 1024, "", kEncodes, "of the model's operators; 0 = one per processor"},
    SettingKey{"decode_threads", &Settings::decode_threads, "threads", 0, 256, "", kRuns | kImport, "that decode pictures; 0 = one per processor"},
    SettingKey{"batch_size", &Settings::batch_size, "pictures", 1, 1024, "", kRuns | kEmbed, "that the model gets at once"},
    SettingKey{"batch_wait_ms", &Settings::batch_wait_ms, "ms", 0, 10'000, "", kRuns, "that a batch waits to be filled"},
    SettingKey{"max_batch_ms", &Settings::max_batch_ms, "ms", 1, 60'000, "", kRuns,
               "that a batch may keep the device; a slow one gets smaller batches, so that questions do not wait longer"},
    SettingKey{"question_wait_ms", &Settings::question_wait_ms, "ms", 0, 1000, "", kServe,
               "that a question waits for others that are being prepared, to go together; 0 = never"},
    SettingKey{"max_waiting_questions", &Settings::max_waiting_questions, "inputs", 1, 100'000, "", kServe,
               "texts and query pictures that may wait for the model; more are answered 429"},
    SettingKey{"settle_ms", &Settings::settle_ms, "ms", 0, 60'000, "", kRuns, "that a file must lie still before it is taken"},
    SettingKey{"reconcile_s", &Settings::reconcile_s, "s", 0, 604'800, "", kServe, "between comparisons of all roots with the disk; 0 = never"},
    SettingKey{"thumbnail_px", &Settings::thumbnail_px, "px", 64, 1024, "", kRuns | kImport, "longer side of stored thumbnails"},
    SettingKey{"index", &Settings::index, "", 0, 0, "auto|exact|approximate", kServe | kIndex | kSearch,
               "exact: every search goes through all vectors; approximate: through the likely ones, from 1,000 photos on; auto: from 50,000 on"},
    SettingKey{"index_memory_mib", &Settings::index_memory_mib, "MiB", 0, 1 << 20, "", kServe | kIndex | kSearch,
               "that the index may take; above it its vectors lie in a file, then its codes; 0 = three quarters of what is available"},
    SettingKey{"snapshot_every_s", &Settings::snapshot_every_s, "s", 1, 86'400, "", kServe, "between snapshots of a changed index"},
    SettingKey{"keep_old_vectors_days", &Settings::keep_old_vectors_days, "days", 0, 3650, "", kServe,
               "that the vectors of a model stay after the library was switched to another"},
    SettingKey{"max_file_mib", &Settings::max_file_mib, "MiB", 1, 4096, "", kRuns | kEmbed | kImport, "larger picture files are listed as failures"},
    SettingKey{"max_megapixels", &Settings::max_megapixels, "megapixels", 1, 2000, "", kRuns | kEmbed | kImport, "larger pictures are listed as failures"},
    SettingKey{"store_cache_mib", &Settings::store_cache_mib, "MiB", 8, 65'536, "", kServe | kIndex | kSearch | kImport, "cache of the store"},
    SettingKey{"http_io_threads", &Settings::http_io_threads, "threads", 1, 64, "", kServe, "that read and write connections"},
    SettingKey{"http_worker_threads", &Settings::http_worker_threads, "threads", 1, 256, "", kServe, "that work on requests"},
    SettingKey{"http_max_queued_requests", &Settings::http_max_queued_requests, "requests", 1, 100'000, "", kServe,
               "that may wait; more are answered 429"},
    SettingKey{"http_max_connections", &Settings::http_max_connections, "connections", 1, 100'000, "", kServe, "open at once"},
    SettingKey{"http_max_header_kib", &Settings::http_max_header_kib, "KiB", 1, 1024, "", kServe, "header of a request"},
    SettingKey{"http_max_body_mib", &Settings::http_max_body_mib, "MiB", 1, 1024, "", kServe, "body of a request"},
    SettingKey{"http_read_timeout_s", &Settings::http_read_timeout_s, "s", 1, 3600, "", kServe, "for a whole request to arrive"},
    SettingKey{"http_write_timeout_s", &Settings::http_write_timeout_s, "s", 1, 3600, "", kServe, "for a whole answer to be taken"},
    SettingKey{"http_idle_timeout_s", &Settings::http_idle_timeout_s, "s", 1, 3600, "", kServe, "between requests of one connection"},
};

Status Wrong(const SettingKey& key, std::string_view source, std::string_view what) {
  return InvalidArgument(StrCat("setting \"", key.name, "\" (", source, "): ", what));
}

Status SetNumber(int64_t& field, const SettingKey& key, const SettingValue& value, std::string_view source) {
  int64_t number = 0;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) {
      return Wrong(key, source, StrCat("\"", *text, "\" is not a whole number"));
    }
  } else if (const auto* given = std::get_if<int64_t>(&value)) {
    number = *given;
  } else {
    return Wrong(key, source, "must be a number, not a list");
  }
  if (number < key.min || number > key.max) {
    return Wrong(key, source, StrCat(number, " is out of range, ", key.min, " to ", key.max, " ", key.unit));
  }
  field = number;
  return {};
}

// "cuda:3" as "cuda:N"; a text that does not end in a short number as it is.
std::string NumberAsN(const std::string& text) {
  const size_t colon = text.rfind(':');
  const bool numbered = colon != std::string::npos && colon + 1 < text.size() && text.size() - colon <= 4 &&
                        text.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  return numbered ? text.substr(0, colon) + ":N" : text;
}

Status SetText(std::string& field, const SettingKey& key, const SettingValue& value, std::string_view source) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return Wrong(key, source, "must be a text");
  const std::string among = StrCat("|", key.choices, "|");
  const bool one_word = text->find('|') == std::string::npos && !text->ends_with(":N");
  const bool known = one_word && among.find(StrCat("|", NumberAsN(*text), "|")) != std::string::npos;
  if (!key.choices.empty() && !known) return Wrong(key, source, StrCat("\"", *text, "\" is none of ", key.choices));
  field = *text;
  return {};
}

Status SetList(std::vector<std::string>& field, const SettingKey& key, const SettingValue& value, std::string_view source) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    field = *list;
    return {};
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return Wrong(key, source, "must be a list of texts");
  field.clear();
  for (size_t begin = 0; begin < text->size();) {
    const size_t comma = std::min(text->find(',', begin), text->size());
    if (comma > begin) field.push_back(text->substr(begin, comma - begin));
    begin = comma + 1;
  }
  return {};
}

}  // namespace

std::span<const SettingKey> SettingKeys() { return kKeys; }

const SettingKey* FindSettingKey(std::string_view name) {
  const auto found = std::find_if(kKeys.begin(), kKeys.end(), [&](const SettingKey& key) { return key.name == name; });
  return found == kKeys.end() ? nullptr : &*found;
}

std::vector<std::string> SettingNames() {
  std::vector<std::string> names;
  for (const SettingKey& key : kKeys) names.emplace_back(key.name);
  return names;
}

std::string EnvironmentName(const SettingKey& key) {
  std::string name = "FOVEA_";
  for (const char letter : key.name) name += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return name;
}

std::string CommandLineName(const SettingKey& key) {
  std::string name = StrCat("--", key.name);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

Status ApplySetting(Settings& settings, const SettingKey& key, const SettingValue& value, std::string_view source) {
  if (const auto* number = std::get_if<Number>(&key.field)) return SetNumber(settings.*(*number), key, value, source);
  if (const auto* text = std::get_if<Text>(&key.field)) return SetText(settings.*(*text), key, value, source);
  return SetList(settings.*(std::get<List>(key.field)), key, value, source);
}

std::string SettingText(const Settings& settings, const SettingKey& key) {
  if (const auto* number = std::get_if<Number>(&key.field)) return std::to_string(settings.*(*number));
  if (const auto* text = std::get_if<Text>(&key.field)) return settings.*(*text);
  std::string joined;
  for (const std::string& item : settings.*(std::get<List>(key.field))) joined += (joined.empty() ? "" : ",") + item;
  return joined;
}

}  // namespace fovea::daemon
