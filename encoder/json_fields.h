#pragma once
// JsonFields reads one JSON object of a model's configuration, field by field, and names file and key in every error.
//
// Owns:    the parsed object.
// Threads: a value type; const methods from any thread.
// Errors:  kNotFound (no such file, or a required key is missing), kCorrupt (not JSON, wrong kind of value, out of range),
//          kUnsupported (Refusal). Never throws.
// Units:   none.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace fovea::encoder {

class JsonFields {
 public:
  // The object in a file of at most `limit_bytes`.
  static Result<JsonFields> ReadFrom(const std::string& path, int64_t limit_bytes = int64_t{64} << 20);

  const std::string& file() const { return file_; }
  const nlohmann::json& json() const { return json_; }
  // Whether the key is there and not null.
  bool Has(std::string_view key) const;

  struct Range {
    int64_t least = 1;
    int64_t most = 1 << 20;
  };
  // Without a fallback the key is required.
  Result<int64_t> Integer(std::string_view key, std::optional<int64_t> fallback, Range range) const;
  Result<double> Number(std::string_view key, double fallback) const;
  Result<bool> Flag(std::string_view key, bool fallback) const;
  Result<std::string> Text(std::string_view key, std::string_view fallback) const;
  // Exactly three numbers.
  Result<std::array<float, 3>> Triple(std::string_view key, const std::array<float, 3>& fallback) const;
  // The object under `key`; empty when it is missing.
  Result<JsonFields> Object(std::string_view key) const;

  // kUnsupported: FILE: "key": found VALUE, expected EXPECTED.
  Status Refusal(std::string_view key, std::string_view expected) const;
  // The same as kCorrupt.
  Status Malformed(std::string_view key, std::string_view expected) const;

 private:
  Status Wrong(StatusCode code, std::string_view key, std::string_view expected) const;
  std::string Where(std::string_view key) const;
  const nlohmann::json* Find(std::string_view key) const;

  std::string file_;
  std::string prefix_;  // "text_config." inside that object
  nlohmann::json json_ = nlohmann::json::object();
};

}  // namespace fovea::encoder
