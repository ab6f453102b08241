#include "base/status.h"
// label: unit

#include <cerrno>

#include "tests/support/matchers.h"

namespace fovea {
namespace {

using test::IsOk;
using test::IsOkAndHolds;
using test::StatusIs;
using testing::HasSubstr;

Result<int> Half(int value) {
  if (value % 2 != 0) return Failed(InvalidArgument("odd"));
  return value / 2;
}

Result<std::string> Quarter(int value) {
  ASSIGN_OR_RETURN(const int half, Half(value));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return std::to_string(quarter);
}

Status Check(int value) {
  RETURN_IF_ERROR(Half(value));
  return Status();
}

TEST(Status, CarriesCodeAndMessage) {
  EXPECT_THAT(Status(), IsOk());
  EXPECT_EQ(NotFound("no photo 12").ToString(), "not_found: no photo 12");
  EXPECT_EQ(NotFound("gone").WithContext("read \"x\"").message(), "read \"x\": gone");
  EXPECT_TRUE(Status().WithContext("read").ok());
}

TEST(Status, NamesSurviveARoundTrip) {
  for (int i = 0; i <= static_cast<int>(StatusCode::kInternal); ++i) {
    const auto code = static_cast<StatusCode>(i);
    EXPECT_EQ(CodeFromName(CodeName(code)), code);
  }
  EXPECT_EQ(CodeFromName("no such name"), StatusCode::kInternal);
}

TEST(Status, TellsAMissingFileFromARefusal) {
  EXPECT_THAT(FromErrno(ENOENT, "open \"x\""), StatusIs(StatusCode::kNotFound, HasSubstr("open \"x\": No such file")));
  EXPECT_THAT(FromErrno(EACCES, "open \"x\""), StatusIs(StatusCode::kIo));
}

TEST(Result, PassesFailuresOnAndValuesThrough) {
  EXPECT_THAT(Quarter(8), IsOkAndHolds("2"));
  EXPECT_THAT(Quarter(6), StatusIs(StatusCode::kInvalidArgument, "odd"));
  EXPECT_THAT(Check(3), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Check(4), IsOk());
}

}  // namespace
}  // namespace fovea
