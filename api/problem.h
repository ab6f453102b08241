#pragma once
// Problem is why a request was refused or failed: one of a closed list of faults, in words, with the field that is to blame.
//
// Owns:    its strings.
// Threads: value type.
// Errors:  this is how errors travel inside api; api/http_error.h makes the answer of it.
// Units:   `position` in bytes from the beginning of the body.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/http_message.h"
#include "base/status.h"

namespace fovea::api {

// Each has one stable `code` and one HTTP status, in the table of http_error.cc and of docs/api.md.
enum class Fault {
  kInvalidRequest, kInvalidJson, kUnknownField, kMissingField, kWrongType, kOutOfRange, kTooLong, kInvalidBase64, kInvalidUtf8,
  kInvalidEncoding, kInvalidCursor, kInvalidArgument, kHostNotAllowed, kOriginNotAllowed, kNoSuchRoute, kNotFound, kOffline,
  kMethodNotAllowed, kRequestTimeout, kAlreadyExists, kBodyTooLarge, kUnsupportedMediaType, kRangeNotSatisfiable,
  kPictureUnreadable, kUnsupported, kTooManyRequests, kHeaderTooLarge, kInternal, kIo, kCorrupt, kLoading, kShuttingDown,
  kTooManyConnections,
};

struct Problem {
  Fault fault = Fault::kInternal;
  std::string detail = {};
  std::string pointer = {};                 // JSON pointer of the field to blame, such as "/k"; empty if none is
  std::string parameter = {};               // the query parameter to blame; empty if none is
  std::optional<int64_t> position = {};     // where the JSON breaks off
  std::vector<Header> headers = {};         // such as Allow
};

// What a step of a handler gives: a value, or the Problem that ends the request.
template <typename T>
using Answer = std::expected<T, Problem>;

inline std::unexpected<Problem> Refuse(Fault fault, std::string detail) {
  return std::unexpected(Problem{.fault = fault, .detail = std::move(detail)});
}
// The field `pointer` of the body is to blame.
inline std::unexpected<Problem> RefuseField(Fault fault, std::string pointer, std::string detail) {
  return std::unexpected(Problem{.fault = fault, .detail = std::move(detail), .pointer = std::move(pointer)});
}
// The query parameter `name` is to blame.
inline std::unexpected<Problem> RefuseParameter(Fault fault, const std::string& name, std::string detail) {
  return std::unexpected(Problem{.fault = fault, .detail = std::move(detail), .pointer = "/" + name, .parameter = name});
}

// The fault that a Status of the library stands for; kBusy and kCancelled are told apart in words by the library.
Problem AsProblem(const Status& status);
inline Problem AsProblem(Problem problem) { return problem; }

}  // namespace fovea::api

// TRY_ASSIGN(const Photo photo, library.GetPhoto(id)): the value, or returns the failure (Status or Problem) as a Problem.
#define TRY_ASSIGN(declaration, expression) TRY_ASSIGN_INNER(FOVEA_CONCAT(fovea_answer_, __LINE__), declaration, expression)
#define TRY_ASSIGN_INNER(answer, declaration, expression)                                        \
  auto answer = (expression);                                                                    \
  if (!answer) return std::unexpected(::fovea::api::AsProblem(std::move(answer).error()));       \
  declaration = *std::move(answer)
// The same for an Answer<void>.
#define TRY(expression)                                                                          \
  do {                                                                                           \
    if (auto fovea_answer = (expression); !fovea_answer)                                         \
      return std::unexpected(::fovea::api::AsProblem(std::move(fovea_answer).error()));          \
  } while (false)
