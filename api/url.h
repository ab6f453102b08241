#pragma once
// ParseTarget splits the target of a request line into path and query and decodes both.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  a broken percent sequence is invalid_encoding; what is not UTF-8 after decoding is invalid_utf8, named.
// Units:   none.
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.h"

namespace fovea::api {

struct Target {
  std::string path;               // begins with "/", or is "*"
  std::vector<Parameter> query;   // in the order of the address; "+" means a space
};
// Takes "/path?query" and, as proxies send it, "http://host/path?query".
Answer<Target> ParseTarget(std::string_view target);

// `text` with every byte that is not a letter, digit or one of -._~ as %XX.
std::string EncodePercent(std::string_view text);

}  // namespace fovea::api
