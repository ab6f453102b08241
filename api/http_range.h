#pragma once
// Conditional and partial requests: Range, If-Range and If-None-Match as RFC 9110 has them.
//
// Owns:    nothing.
// Threads: any thread may call.
// Errors:  a range that begins behind the end is range_not_satisfiable with Content-Range; a Range that is not understood,
//          or asks for more than one part, is passed over, as the RFC allows: the answer is then the whole.
// Units:   bytes; both ends of a range are included.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/problem.h"

namespace fovea::api {

struct ByteRange {
  int64_t first = 0;
  int64_t last = 0;
  int64_t length() const { return last - first + 1; }
};

// The part that a request asks for, nothing when it asks for the whole.
Answer<std::optional<ByteRange>> RequestedRange(const Request& request, int64_t total_bytes, std::string_view etag);
// Whether If-None-Match names `etag` (quoted): the answer is then 304.
bool IsNotModified(const Request& request, std::string_view etag);
Response NotModified(std::string_view etag, std::string cache_control);

}  // namespace fovea::api
