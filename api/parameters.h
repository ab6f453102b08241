#pragma once
// Reads the query parameters of a request strictly: unknown, repeated, ill-typed and out-of-range ones are named.
//
// Owns:    nothing; views returned live as long as the Request.
// Threads: any thread may call.
// Errors:  unknown_field, wrong_type, out_of_range, missing_field, with `parameter` and `pointer`.
// Units:   none.
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "api/problem.h"

namespace fovea::api {

struct IntegerRange {
  int64_t min = 0;   // included
  int64_t max = 0;   // included
  int64_t otherwise = 0;  // when absent
};

Answer<void> OnlyParameters(const Request& request, std::initializer_list<std::string_view> known);
std::optional<std::string_view> FindParameter(const Request& request, std::string_view name);
Answer<int64_t> IntegerParameter(const Request& request, const std::string& name, const IntegerRange& range);
// "true" or "false"; absent: false.
Answer<bool> BooleanParameter(const Request& request, const std::string& name);
// The number in the place of {id}: at least 1, at most `max`; a number that can be none of ours is not_found.
Answer<uint64_t> IdOf(const Request& request, uint64_t max, std::string_view kind);
// "k must be between 1 and 1000, not 0"
std::string RangeText(std::string_view name, const IntegerRange& range, std::string_view given);

}  // namespace fovea::api
