#pragma once
// ReadFilter turns the `filter` of a request into an indexer::Filter. An object's fields must all hold; `and`, `or` and `not` combine.
//
// Owns:    nothing.
// Threads: any.
// Errors:  unknown_field, wrong_type, out_of_range, invalid_argument, each with the pointer to the field.
// Units:   docs/api.md, "Filters": dates as the camera's clock showed them, kilometres, degrees, pixels, megapixels, bytes.
#include <optional>
#include <string>

#include "api/json.h"
#include "api/problem.h"
#include "indexer/library.h"

namespace fovea::api {

Answer<indexer::Filter> ReadFilter(const Json& json, const std::string& pointer);
// Of the parameter `filter` of an address, which holds the same JSON.
Answer<std::optional<indexer::Filter>> FilterParameter(const Request& request);

}  // namespace fovea::api
