#include "api/http_error.h"

#include <string>

#include "api/json.h"

namespace fovea::api {
namespace {

struct Row {
  int status;
  std::string_view code;
  std::string_view title;
};

Row RowOf(Fault fault) {
  switch (fault) {
    case Fault::kInvalidRequest: return {400, "invalid_request", "The request is not valid HTTP"};
    case Fault::kInvalidJson: return {400, "invalid_json", "The body is not valid JSON"};
    case Fault::kUnknownField: return {400, "unknown_field", "There is no field of this name"};
    case Fault::kMissingField: return {400, "missing_field", "A field that is needed is missing"};
    case Fault::kWrongType: return {400, "wrong_type", "A field has the wrong type"};
    case Fault::kOutOfRange: return {400, "out_of_range", "A number is out of range"};
    case Fault::kTooLong: return {400, "too_long", "A field is too long"};
    case Fault::kInvalidBase64: return {400, "invalid_base64", "A field is not valid base64"};
    case Fault::kInvalidUtf8: return {400, "invalid_utf8", "A text is not valid UTF-8"};
    case Fault::kInvalidEncoding: return {400, "invalid_encoding", "The address is not percent-encoded correctly"};
    case Fault::kInvalidCursor: return {400, "invalid_cursor", "The cursor is not one of ours"};
    case Fault::kInvalidArgument: return {400, "invalid_argument", "The request makes no sense"};
    case Fault::kHostNotAllowed: return {403, "host_not_allowed", "This Host is not served"};
    case Fault::kOriginNotAllowed: return {403, "origin_not_allowed", "Requests from other sites are refused"};
    case Fault::kNoSuchRoute: return {404, "no_such_route", "There is nothing at this address"};
    case Fault::kNotFound: return {404, "not_found", "The thing asked for is not there"};
    case Fault::kOffline: return {404, "offline", "The file's folder is not there at the moment"};
    case Fault::kMethodNotAllowed: return {405, "method_not_allowed", "This address does not take this method"};
    case Fault::kRequestTimeout: return {408, "request_timeout", "The request took too long to arrive"};
    case Fault::kAlreadyExists: return {409, "already_exists", "It is there already"};
    case Fault::kBodyTooLarge: return {413, "body_too_large", "The body is too large"};
    case Fault::kUnsupportedMediaType: return {415, "unsupported_media_type", "The body must be application/json"};
    case Fault::kRangeNotSatisfiable: return {416, "range_not_satisfiable", "The file does not reach that far"};
    case Fault::kPictureUnreadable: return {422, "picture_unreadable", "The picture cannot be read"};
    case Fault::kUnsupported: return {422, "unsupported", "This is not something fovea does"};
    case Fault::kTooManyRequests: return {429, "too_many_requests", "Too many requests are waiting"};
    case Fault::kHeaderTooLarge: return {431, "header_too_large", "Address and headers are too long"};
    case Fault::kInternal: return {500, "internal", "Something went wrong inside fovea"};
    case Fault::kIo: return {500, "io", "The operating system refused"};
    case Fault::kCorrupt: return {500, "corrupt", "Stored data is damaged"};
    case Fault::kLoading: return {503, "loading", "The model is being loaded"};
    case Fault::kShuttingDown: return {503, "shutting_down", "The daemon is stopping"};
    case Fault::kTooManyConnections: return {503, "too_many_connections", "Too many connections are open"};
  }
  return {500, "internal", "Something went wrong inside fovea"};
}

Fault FaultOf(StatusCode code) {
  switch (code) {
    case StatusCode::kInvalidArgument: return Fault::kInvalidArgument;
    case StatusCode::kNotFound: return Fault::kNotFound;
    case StatusCode::kAlreadyExists: return Fault::kAlreadyExists;
    case StatusCode::kUnsupported: return Fault::kUnsupported;
    case StatusCode::kCorrupt: return Fault::kCorrupt;
    case StatusCode::kIo: return Fault::kIo;
    case StatusCode::kBusy: return Fault::kTooManyRequests;
    case StatusCode::kCancelled: return Fault::kShuttingDown;
    case StatusCode::kOk:
    case StatusCode::kInternal: break;
  }
  return Fault::kInternal;
}

}  // namespace

Problem AsProblem(const Status& status) { return {.fault = FaultOf(status.code()), .detail = status.message()}; }

int HttpStatusOf(Fault fault) { return RowOf(fault).status; }

std::string_view CodeOf(Fault fault) { return RowOf(fault).code; }

Response ErrorResponse(const Problem& problem) {
  const Row row = RowOf(problem.fault);
  Json body = {{"type", "urn:fovea:problem:" + std::string(row.code)},
               {"title", row.title},
               {"status", row.status},
               {"detail", problem.detail},
               {"code", row.code}};
  if (!problem.pointer.empty()) body["pointer"] = problem.pointer;
  if (!problem.parameter.empty()) body["parameter"] = problem.parameter;
  if (problem.position) body["position"] = *problem.position;
  Response response{.status = row.status, .headers = problem.headers, .body = Dump(body)};
  response.Set("Content-Type", "application/problem+json");
  response.Set("Cache-Control", "no-store");
  if (row.status == 429 || row.status == 503) response.Set("Retry-After", "1");
  return response;
}

}  // namespace fovea::api
