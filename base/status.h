#pragma once
// Status says whether an operation worked and, if not, why; Result<T> is a value or the Status that stands in its place.
//
// Owns:    its message.
// Threads: a value type; each object belongs to one thread at a time.
// Errors:  this is how errors travel: exceptions are caught where they come from and become a Status.
// Units:   none.
#include <concepts>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace fovea {

enum class StatusCode {
  kOk,
  kInvalidArgument,  // the caller asked for something that makes no sense
  kNotFound,         // the thing asked for is not there
  kAlreadyExists,    // the thing to be made is there already
  kUnsupported,      // understood, but not something fovea does
  kCorrupt,          // bytes that do not hold what they should
  kIo,               // the operating system refused
  kBusy,             // try again later
  kCancelled,        // ended on request
  kInternal,         // a broken promise inside fovea
};

// The code's stable name as it appears in JSON and logs, such as "invalid_argument".
std::string_view CodeName(StatusCode code);
// The inverse; an unknown name is kInternal.
StatusCode CodeFromName(std::string_view name);

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return {}; }
  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }
  // "not_found: no photo 12", or "ok".
  std::string ToString() const;
  // The same code with `context` and ": " before the message.
  Status WithContext(std::string_view context) const;

  friend bool operator==(const Status&, const Status&) = default;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

Status InvalidArgument(std::string message);
Status NotFound(std::string message);
Status AlreadyExists(std::string message);
Status Unsupported(std::string message);
Status Corrupt(std::string message);
Status IoError(std::string message);
Status Busy(std::string message);
Status Cancelled(std::string message);
Status Internal(std::string message);
// kIo with what was tried and the text of `error_number`; ENOENT becomes kNotFound.
Status FromErrno(int error_number, std::string_view what_was_tried);

template <typename T>
using Result = std::expected<T, Status>;

// The way to return a failed Status from a function that returns Result<T>: `return Failed(status)`.
inline std::unexpected<Status> Failed(Status status) { return std::unexpected<Status>(std::move(status)); }

inline const Status& AsStatus(const Status& status) { return status; }
template <typename T>
Status AsStatus(const Result<T>& result) {
  return result ? Status() : result.error();
}

namespace internal {
// Converts to Status and to any Result<T>, so that one macro serves functions that return either.
struct EarlyReturn {
  Status status;
  operator Status() && { return std::move(status); }
  template <typename T>
  operator std::expected<T, Status>() && {
    return std::unexpected<Status>(std::move(status));
  }
};
}  // namespace internal
}  // namespace fovea

#define FOVEA_CONCAT_INNER(a, b) a##b
#define FOVEA_CONCAT(a, b) FOVEA_CONCAT_INNER(a, b)

// Returns from the enclosing function when the Status (or Result) is a failure.
#define RETURN_IF_ERROR(expression)                                                          \
  do {                                                                                       \
    if (auto&& fovea_status = (expression); !::fovea::AsStatus(fovea_status).ok())           \
      return ::fovea::internal::EarlyReturn{::fovea::AsStatus(fovea_status)};                \
  } while (false)

// ASSIGN_OR_RETURN(auto photo, catalog.GetPhoto(id)): the value, or returns the failure from the enclosing function.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_INNER(FOVEA_CONCAT(fovea_result_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_INNER(result, declaration, expression)                              \
  auto result = (expression);                                                                \
  if (!result) return ::fovea::internal::EarlyReturn{std::move(result).error()};             \
  declaration = *std::move(result)
