#include "api/http_error.h"
// label: unit

#include <gmock/gmock.h>

#include <set>

#include "api/json.h"

namespace fovea::api {
namespace {

constexpr int kFaults = static_cast<int>(Fault::kTooManyConnections) + 1;

TEST(HttpError, HasACodeOfItsOwnForEveryFault) {
  std::set<std::string_view> codes;
  for (int i = 0; i < kFaults; ++i) {
    const auto fault = static_cast<Fault>(i);
    EXPECT_TRUE(codes.insert(CodeOf(fault)).second) << CodeOf(fault);
    EXPECT_GE(HttpStatusOf(fault), 400);
    EXPECT_LT(HttpStatusOf(fault), 600);
  }
}

TEST(HttpError, WritesTheBodyOfTheRfc) {
  const Response response =
      ErrorResponse({.fault = Fault::kOutOfRange, .detail = "too \xFF large", .pointer = "/k", .parameter = "k", .headers = {{"X", "y"}}});
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(response.Has("X"));
  const Json body = Json::parse(std::get<std::string>(response.body));
  EXPECT_EQ(body["type"], "urn:fovea:problem:out_of_range");
  EXPECT_EQ(body["title"], "A number is out of range");
  EXPECT_EQ(body["status"], 400);
  EXPECT_EQ(body["detail"], "too \uFFFD large");
  EXPECT_EQ(body["code"], "out_of_range");
  EXPECT_EQ(body["pointer"], "/k");
  EXPECT_EQ(body["parameter"], "k");
  EXPECT_FALSE(body.contains("position"));
}

TEST(HttpError, TellsWhenToComeBack) {
  EXPECT_TRUE(ErrorResponse({.fault = Fault::kTooManyRequests}).Has("Retry-After"));
  EXPECT_TRUE(ErrorResponse({.fault = Fault::kLoading}).Has("Retry-After"));
  EXPECT_FALSE(ErrorResponse({.fault = Fault::kNotFound}).Has("Retry-After"));
}

TEST(HttpError, TranslatesEveryStatusOfTheLibrary) {
  const std::pair<Status, int> cases[] = {{InvalidArgument("a"), 400}, {NotFound("a"), 404}, {AlreadyExists("a"), 409}, {Unsupported("a"), 422},
                                          {Corrupt("a"), 500},         {IoError("a"), 500},  {Busy("a"), 429},          {Cancelled("a"), 503},
                                          {Internal("a"), 500}};
  for (const auto& [status, expected] : cases) {
    const Problem problem = AsProblem(status);
    EXPECT_EQ(HttpStatusOf(problem.fault), expected) << status.ToString();
    EXPECT_EQ(problem.detail, "a");
  }
}

}  // namespace
}  // namespace fovea::api
