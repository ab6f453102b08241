#pragma once
// Matchers for Status and Result: IsOk(), IsOkAndHolds(matcher), StatusIs(code), StatusIs(code, message matcher).
//
// Owns:    nothing.
// Threads: as GoogleTest.
// Errors:  none.
// Units:   none.
#include <gmock/gmock.h>

#include "base/status.h"

namespace fovea {

inline void PrintTo(const Status& status, std::ostream* out) { *out << status.ToString(); }

namespace test {

MATCHER(IsOk, "is ok") {
  const Status status = AsStatus(arg);
  *result_listener << status.ToString();
  return status.ok();
}

MATCHER_P(IsOkAndHolds, inner, "is ok and holds a value that " + testing::DescribeMatcher<decltype(*std::declval<arg_type>())>(inner)) {
  if (!arg) {
    *result_listener << arg.error().ToString();
    return false;
  }
  return testing::ExplainMatchResult(inner, *arg, result_listener);
}

MATCHER_P(StatusIs, code, "has the code " + std::string(CodeName(code))) {
  const Status status = AsStatus(arg);
  *result_listener << status.ToString();
  return status.code() == code;
}

MATCHER_P2(StatusIs, code, message, "has the code " + std::string(CodeName(code)) + " and a message that " + testing::DescribeMatcher<std::string>(message)) {
  const Status status = AsStatus(arg);
  *result_listener << status.ToString();
  return status.code() == code && testing::ExplainMatchResult(message, status.message(), result_listener);
}

}  // namespace test
}  // namespace fovea
