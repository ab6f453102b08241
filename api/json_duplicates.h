#pragma once
// Near-duplicates as JSON.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  none.
// Units:   as json.h.
#include <string_view>

#include "api/json.h"

namespace fovea::api {

// "identical", "copies", "bursts"
std::string_view DuplicateKindName(indexer::DuplicateKind kind);
Json DuplicatesJson(const indexer::DuplicatePage& page);

}  // namespace fovea::api
