#include "encoder/json_fields.h"

#include <cmath>

#include "base/log.h"
#include "base/unique_fd.h"

namespace fovea::encoder {
namespace {

// A value as it stands in a message: short, on one line.
std::string Shown(const nlohmann::json* value) {
  if (value == nullptr) return "nothing";
  std::string text = value->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

}  // namespace

Result<JsonFields> JsonFields::ReadFrom(const std::string& path, int64_t limit_bytes) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, limit_bytes));
  JsonFields fields;
  fields.file_ = path;
  fields.json_ = nlohmann::json::parse(text, nullptr, false);
  if (fields.json_.is_discarded()) return Failed(Corrupt(path + ": not valid JSON"));
  if (!fields.json_.is_object()) return Failed(Corrupt(path + ": expected a JSON object"));
  return fields;
}

const nlohmann::json* JsonFields::Find(std::string_view key) const {
  const auto found = json_.find(key);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

bool JsonFields::Has(std::string_view key) const { return Find(key) != nullptr; }

std::string JsonFields::Where(std::string_view key) const { return StrCat(file_, ": \"", prefix_, key, "\": "); }

Status JsonFields::Wrong(StatusCode code, std::string_view key, std::string_view expected) const {
  return {code, StrCat(Where(key), "found ", Shown(Find(key)), ", expected ", expected)};
}

Status JsonFields::Refusal(std::string_view key, std::string_view expected) const {
  return Wrong(StatusCode::kUnsupported, key, expected);
}

Status JsonFields::Malformed(std::string_view key, std::string_view expected) const {
  return Wrong(StatusCode::kCorrupt, key, expected);
}

Result<int64_t> JsonFields::Integer(std::string_view key, std::optional<int64_t> fallback, Range range) const {
  const nlohmann::json* value = Find(key);
  const std::string expected = StrCat("an integer from ", range.least, " to ", range.most);
  if (value == nullptr) {
    if (fallback) return *fallback;
    return Failed(Wrong(StatusCode::kNotFound, key, expected));
  }
  if (!value->is_number()) return Failed(Wrong(StatusCode::kCorrupt, key, expected));
  const double number = value->get<double>();
  if (number != std::floor(number) || number < static_cast<double>(range.least) || number > static_cast<double>(range.most)) {
    return Failed(Wrong(StatusCode::kCorrupt, key, expected));
  }
  return static_cast<int64_t>(number);
}

Result<double> JsonFields::Number(std::string_view key, double fallback) const {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return fallback;
  if (!value->is_number()) return Failed(Wrong(StatusCode::kCorrupt, key, "a number"));
  return value->get<double>();
}

Result<bool> JsonFields::Flag(std::string_view key, bool fallback) const {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) return Failed(Wrong(StatusCode::kCorrupt, key, "true or false"));
  return value->get<bool>();
}

Result<std::string> JsonFields::Text(std::string_view key, std::string_view fallback) const {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_string()) return Failed(Wrong(StatusCode::kCorrupt, key, "a text"));
  return value->get<std::string>();
}

Result<std::array<float, 3>> JsonFields::Triple(std::string_view key, const std::array<float, 3>& fallback) const {
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return fallback;
  if (!value->is_array() || value->size() != 3) return Failed(Wrong(StatusCode::kCorrupt, key, "three numbers"));
  std::array<float, 3> triple{};
  for (size_t i = 0; i < 3; ++i) {
    if (!(*value)[i].is_number()) return Failed(Wrong(StatusCode::kCorrupt, key, "three numbers"));
    triple[i] = (*value)[i].get<float>();
  }
  return triple;
}

Result<JsonFields> JsonFields::Object(std::string_view key) const {
  JsonFields inner;
  inner.file_ = file_;
  inner.prefix_ = StrCat(prefix_, key, ".");
  const nlohmann::json* value = Find(key);
  if (value == nullptr) return inner;
  if (!value->is_object()) return Failed(Wrong(StatusCode::kCorrupt, key, "an object"));
  inner.json_ = *value;
  return inner;
}

}  // namespace fovea::encoder
