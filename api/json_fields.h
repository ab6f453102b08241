#pragma once
// JsonFields reads the JSON object in a request's body strictly: unknown, missing and ill-typed fields are named.
//
// Owns:    the parsed body.
// Threads: a value of one thread.
// Errors:  invalid_json (with position), unknown_field, missing_field, wrong_type, out_of_range, too_long, invalid_base64,
//          unsupported_media_type; all but the first and last with the field's JSON pointer.
// Units:   lengths in bytes.
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/json.h"
#include "api/parameters.h"
#include "api/problem.h"

namespace fovea::api {

struct ListLimits {
  size_t max_items = 0;
  size_t max_bytes = 0;  // of one text, or of one decoded item
};

class JsonFields {
 public:
  // The body must be one object, sent as application/json; an empty body is an empty object. Nesting and the number of
  // values are bounded, so that a small body cannot become a large tree.
  static Answer<JsonFields> Parse(const Request& request);
  static Answer<JsonFields> ParseText(const std::string& text);

  Answer<void> Only(std::initializer_list<std::string_view> known) const;
  bool Has(const std::string& name) const { return object_.contains(name); }
  // The field as it is. Requires: it is there.
  const Json& All() const { return object_; }
  const Json& Raw(const std::string& name) const { return object_.at(name); }
  // The fields below must be there unless a value for their absence is given.
  Answer<std::string> Text(const std::string& name, size_t max_bytes) const;
  Answer<std::string> Base64(const std::string& name) const;
  // An absolute path: the text `name`, or `name`_bytes (base64) for one that is not UTF-8.
  Answer<std::string> Path(const std::string& name) const;
  // Absent: range.otherwise. Requires: the range lies within what a double holds exactly.
  Answer<int64_t> Integer(const std::string& name, const IntegerRange& range) const;
  // A text of at most 64 bytes, or a number, as it stands.
  Answer<std::variant<std::string, double>> TextOrNumber(const std::string& name) const;
  Answer<bool> Boolean(const std::string& name, bool otherwise) const;
  // At most `max_items` numbers, each within what a float holds.
  Answer<std::vector<float>> Floats(const std::string& name, size_t max_items) const;
  Answer<std::vector<std::string>> Texts(const std::string& name, const ListLimits& limits) const;   // absent: none
  Answer<std::vector<std::string>> Base64s(const std::string& name, const ListLimits& limits) const; // absent: none

 private:
  explicit JsonFields(Json object) : object_(std::move(object)) {}
  Answer<const Json*> Find(const std::string& name) const;
  Answer<const Json*> FindList(const std::string& name, size_t max_items) const;
  Answer<const Json*> FindTexts(const std::string& name, size_t max_items) const;

  Json object_;
};

}  // namespace fovea::api
