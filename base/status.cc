#include "base/status.h"

#include <array>
#include <cerrno>
#include <system_error>

namespace fovea {
namespace {
constexpr std::array<std::string_view, 10> kNames = {"ok",      "invalid_argument", "not_found", "already_exists", "unsupported",
                                                     "corrupt", "io",               "busy",      "cancelled",      "internal"};
}  // namespace

std::string_view CodeName(StatusCode code) { return kNames[static_cast<size_t>(code)]; }

StatusCode CodeFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<StatusCode>(i);
  }
  return StatusCode::kInternal;
}

std::string Status::ToString() const {
  if (ok()) return "ok";
  return std::string(CodeName(code_)) + ": " + message_;
}

Status Status::WithContext(std::string_view context) const {
  return ok() ? Status() : Status(code_, std::string(context) + ": " + message_);
}

Status InvalidArgument(std::string message) { return {StatusCode::kInvalidArgument, std::move(message)}; }
Status NotFound(std::string message) { return {StatusCode::kNotFound, std::move(message)}; }
Status AlreadyExists(std::string message) { return {StatusCode::kAlreadyExists, std::move(message)}; }
Status Unsupported(std::string message) { return {StatusCode::kUnsupported, std::move(message)}; }
Status Corrupt(std::string message) { return {StatusCode::kCorrupt, std::move(message)}; }
Status IoError(std::string message) { return {StatusCode::kIo, std::move(message)}; }
Status Busy(std::string message) { return {StatusCode::kBusy, std::move(message)}; }
Status Cancelled(std::string message) { return {StatusCode::kCancelled, std::move(message)}; }
Status Internal(std::string message) { return {StatusCode::kInternal, std::move(message)}; }

Status FromErrno(int error_number, std::string_view what_was_tried) {
  const StatusCode code = error_number == ENOENT ? StatusCode::kNotFound : StatusCode::kIo;
  return {code, std::string(what_was_tried) + ": " + std::generic_category().message(error_number)};
}

}  // namespace fovea
