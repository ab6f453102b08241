#include "api/json_fields.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <optional>

#include "api/base64.h"
#include "base/log.h"

namespace fovea::api {
namespace {

constexpr size_t kMaxPathBytes = 4095;  // PATH_MAX without its NUL
constexpr int kMaxDepth = 16;
constexpr int64_t kMaxValues = 100'000;

std::string EscapePointer(std::string_view name) {
  std::string escaped;
  for (const char c : name) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return escaped;
}

std::string PointerTo(std::string_view name) { return "/" + EscapePointer(name.substr(0, 64)); }
std::string PointerTo(std::string_view name, size_t index) { return PointerTo(name) + "/" + std::to_string(index); }

std::string_view TypeName(const Json& value) {
  if (value.is_number_integer()) return "an integer";
  if (value.is_number()) return "a fraction";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  if (value.is_array()) return "a list";
  return value.is_object() ? "an object" : "null";
}

std::unexpected<Problem> WrongType(std::string pointer, std::string_view wanted, const Json& value) {
  return RefuseField(Fault::kWrongType, std::move(pointer), StrCat("must be ", wanted, ", not ", TypeName(value)));
}

std::unexpected<Problem> BrokenAt(size_t position, std::string_view body) {
  const std::string_view before = body.substr(0, position);
  const auto line = 1 + std::ranges::count(before, '\n');
  const size_t column = before.size() - (before.rfind('\n') + 1);  // npos + 1 is 0
  Problem problem{.fault = Fault::kInvalidJson, .detail = StrCat("the JSON breaks off at line ", line, ", column ", std::max<size_t>(column, 1))};
  problem.position = static_cast<int64_t>(position);
  return std::unexpected(std::move(problem));
}

// Counts brackets and commas outside of texts, before any memory is taken for the tree.
Answer<void> CheckSize(std::string_view body) {
  int depth = 0;
  int64_t values = 0;
  bool in_text = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return Refuse(Fault::kInvalidJson, StrCat("the JSON is nested deeper than ", kMaxDepth));
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && ++values > kMaxValues) {
      return Refuse(Fault::kInvalidJson, StrCat("the JSON holds more than ", kMaxValues, " values"));
    }
  }
  return {};
}

bool IsJson(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (type.ends_with(' ')) type.pop_back();
  std::ranges::transform(type, type.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type == "application/json";
}

Answer<std::string> DecodeField(const std::string& text, const std::string& pointer) {
  auto bytes = DecodeBase64(text);
  if (!bytes) return RefuseField(Fault::kInvalidBase64, pointer, "must be base64 with padding and without white space");
  if (bytes->empty()) return RefuseField(Fault::kMissingField, pointer, "must not be empty");
  return *std::move(bytes);
}

Answer<std::string> CheckText(const std::string& text, const std::string& pointer, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  return RefuseField(Fault::kTooLong, pointer, StrCat("must be at most ", max_bytes, " bytes of UTF-8, not ", text.size()));
}

}  // namespace

Answer<JsonFields> JsonFields::Parse(const Request& request) {
  if (request.body.empty()) return JsonFields(Json::object());
  if (const auto type = request.FindHeader("content-type"); !type || !IsJson(*type)) {
    return Refuse(Fault::kUnsupportedMediaType, "send the body with \"Content-Type: application/json\"");
  }
  return ParseText(request.body);
}

Answer<JsonFields> JsonFields::ParseText(const std::string& text) {
  TRY(CheckSize(text));
  try {
    Json body = Json::parse(text);
    if (!body.is_object()) return WrongType("", "an object", body);
    return JsonFields(std::move(body));
  } catch (const Json::parse_error& e) {
    return BrokenAt(std::min(e.byte, text.size()), text);
  } catch (const Json::out_of_range&) {
    return Refuse(Fault::kInvalidJson, "a number is too large");
  }
}

Answer<void> JsonFields::Only(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : object_.items()) {
    if (std::ranges::find(known, name) == known.end()) {
      return RefuseField(Fault::kUnknownField, PointerTo(name), StrCat("there is no field \"", name.substr(0, 64), "\" here"));
    }
  }
  return {};
}

Answer<const Json*> JsonFields::Find(const std::string& name) const {
  const auto found = object_.find(name);
  if (found == object_.end()) return RefuseField(Fault::kMissingField, PointerTo(name), "is missing");
  return &*found;
}

Answer<std::string> JsonFields::Text(const std::string& name, size_t max_bytes) const {
  TRY_ASSIGN(const Json* value, Find(name));
  if (!value->is_string()) return WrongType(PointerTo(name), "a text", *value);
  return CheckText(value->get_ref<const std::string&>(), PointerTo(name), max_bytes);
}

Answer<std::string> JsonFields::Base64(const std::string& name) const {
  TRY_ASSIGN(const Json* value, Find(name));
  if (!value->is_string()) return WrongType(PointerTo(name), "a text of base64", *value);
  return DecodeField(value->get_ref<const std::string&>(), PointerTo(name));
}

Answer<std::string> JsonFields::Path(const std::string& name) const {
  const std::string bytes_name = name + "_bytes";
  const bool as_bytes = Has(bytes_name);
  if (as_bytes && Has(name)) return RefuseField(Fault::kInvalidArgument, PointerTo(bytes_name), StrCat("give either ", name, " or ", bytes_name));
  const std::string pointer = PointerTo(as_bytes ? bytes_name : name);
  TRY_ASSIGN(std::string path, as_bytes ? Base64(bytes_name) : Text(name, kMaxPathBytes));
  if (path.size() > kMaxPathBytes) return RefuseField(Fault::kTooLong, pointer, StrCat("a path has at most ", kMaxPathBytes, " bytes"));
  if (path.contains('\0')) return RefuseField(Fault::kInvalidArgument, pointer, "a path holds no NUL");
  if (!path.starts_with('/')) return RefuseField(Fault::kInvalidArgument, pointer, "the path must be absolute: begin with \"/\"");
  return path;
}

Answer<int64_t> JsonFields::Integer(const std::string& name, const IntegerRange& range) const {
  if (!Has(name)) return range.otherwise;
  TRY_ASSIGN(const Json* value, Find(name));
  if (!value->is_number()) return WrongType(PointerTo(name), "an integer", *value);
  // Also for 5.0 and 1e3, which are integers, and for integers beyond 64 bits, which the parser gives as fractions.
  const double number = value->get<double>();
  if (number < static_cast<double>(range.min) || number > static_cast<double>(range.max)) {
    return RefuseField(Fault::kOutOfRange, PointerTo(name), RangeText(name, range, StrCat(std::setprecision(17), number)));
  }
  if (std::trunc(number) != number) return WrongType(PointerTo(name), "an integer", *value);
  return static_cast<int64_t>(number);
}

Answer<std::variant<std::string, double>> JsonFields::TextOrNumber(const std::string& name) const {
  TRY_ASSIGN(const Json* value, Find(name));
  if (value->is_number()) return value->get<double>();
  if (!value->is_string()) return WrongType(PointerTo(name), "a text or a number", *value);
  return Text(name, 64);
}

Answer<bool> JsonFields::Boolean(const std::string& name, bool otherwise) const {
  if (!Has(name)) return otherwise;
  TRY_ASSIGN(const Json* value, Find(name));
  if (!value->is_boolean()) return WrongType(PointerTo(name), "true or false", *value);
  return value->get<bool>();
}

Answer<const Json*> JsonFields::FindList(const std::string& name, size_t max_items) const {
  TRY_ASSIGN(const Json* value, Find(name));
  if (!value->is_array()) return WrongType(PointerTo(name), "a list", *value);
  if (value->empty()) return RefuseField(Fault::kMissingField, PointerTo(name), "must not be empty");
  if (value->size() > max_items) {
    return RefuseField(Fault::kTooLong, PointerTo(name), StrCat("must have at most ", max_items, " items, not ", value->size()));
  }
  return value;
}

Answer<const Json*> JsonFields::FindTexts(const std::string& name, size_t max_items) const {
  TRY_ASSIGN(const Json* value, FindList(name, max_items));
  for (size_t i = 0; i < value->size(); ++i) {
    if (!(*value)[i].is_string()) return WrongType(PointerTo(name, i), "a text", (*value)[i]);
  }
  return value;
}

Answer<std::vector<float>> JsonFields::Floats(const std::string& name, size_t max_items) const {
  TRY_ASSIGN(const Json* list, FindList(name, max_items));
  std::vector<float> numbers;
  for (const Json& item : *list) {
    const std::string pointer = PointerTo(name, numbers.size());
    if (!item.is_number()) return WrongType(pointer, "a number", item);
    const double number = item.get<double>();
    if (std::abs(number) > std::numeric_limits<float>::max()) return RefuseField(Fault::kOutOfRange, pointer, "is more than a 32-bit float holds");
    numbers.push_back(static_cast<float>(number));
  }
  return numbers;
}

Answer<std::vector<std::string>> JsonFields::Texts(const std::string& name, const ListLimits& limits) const {
  std::vector<std::string> texts;
  if (!Has(name)) return texts;
  TRY_ASSIGN(const Json* list, FindTexts(name, limits.max_items));
  for (const Json& item : *list) {
    TRY_ASSIGN(std::string text, CheckText(item.get_ref<const std::string&>(), PointerTo(name, texts.size()), limits.max_bytes));
    texts.push_back(std::move(text));
  }
  return texts;
}

Answer<std::vector<std::string>> JsonFields::Base64s(const std::string& name, const ListLimits& limits) const {
  std::vector<std::string> decoded;
  if (!Has(name)) return decoded;
  TRY_ASSIGN(const Json* list, FindTexts(name, limits.max_items));
  for (const Json& item : *list) {
    const std::string pointer = PointerTo(name, decoded.size());
    TRY_ASSIGN(std::string bytes, DecodeField(item.get_ref<const std::string&>(), pointer));
    if (bytes.size() > limits.max_bytes) {
      return RefuseField(Fault::kTooLong, pointer, StrCat("must be at most ", limits.max_bytes, " bytes, not ", bytes.size()));
    }
    decoded.push_back(std::move(bytes));
  }
  return decoded;
}

}  // namespace fovea::api
