#pragma once
// Request and Response are what handlers take and give: plain values, without sockets.
//
// Owns:    its strings, and in a FileSlice the open file.
// Threads: value types; each object belongs to one thread at a time.
// Errors:  none.
// Units:   offsets and lengths in bytes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/unique_fd.h"

namespace fovea::api {

struct Header {
  std::string name;
  std::string value;
};

// One name=value of a query string, both percent-decoded and valid UTF-8.
struct Parameter {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string path = "/";               // percent-decoded, without the query
  std::vector<Parameter> query = {};
  std::vector<Header> headers = {};          // names in lower case
  std::string body = {};
  std::string id = {};                       // what stands in the place of {id} in the route's pattern
  std::string tag = {};                      // and of {tag}

  // The value of the first header of that (lower case) name; nothing when it is absent.
  std::optional<std::string_view> FindHeader(std::string_view lower_case_name) const;
  // The same, empty when absent.
  std::string_view HeaderOr(std::string_view lower_case_name, std::string_view otherwise = {}) const;
};

// A part of an open file, sent as it is read.
struct FileSlice {
  UniqueFd fd = {};
  int64_t offset = 0;
  int64_t length = 0;
};

struct Response {
  int status = 200;
  std::vector<Header> headers = {};
  // Bytes of its own, bytes that live as long as the program, or a part of a file.
  std::variant<std::string, std::string_view, FileSlice> body = {};

  void Set(std::string name, std::string value) { headers.push_back({std::move(name), std::move(value)}); }
  bool Has(std::string_view name) const;
  int64_t BodyBytes() const;
};

}  // namespace fovea::api
