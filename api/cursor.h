#pragma once
// Cursors: where a list goes on, as an opaque text that fits into an address.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  a text that is not one of ours, or belongs to another list, is invalid_cursor.
// Units:   none. A cursor stays valid over restarts; what it names may have gone meanwhile, which is no error.
#include <string>

#include "api/problem.h"
#include "indexer/library.h"

namespace fovea::api {

std::string PhotoCursor(storage::PhotoId last_shown);
std::string FailureCursor(const storage::Location& last_shown);
std::string DuplicateCursor(const indexer::DuplicatePlace& next);
// All read the parameter `cursor`.
Answer<storage::PhotoId> PhotoCursorOf(const Request& request);  // absent: before the first
Answer<std::optional<storage::Location>> FailureCursorOf(const Request& request);
Answer<std::optional<indexer::DuplicatePlace>> DuplicateCursorOf(const Request& request);

}  // namespace fovea::api
