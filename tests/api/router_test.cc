// label: integration
#include "api/router.h"

#include <gmock/gmock.h>

#include <new>

#include "tests/api/api_world.h"

namespace fovea::api {
namespace {

TEST(Router, AnswersARequestWhoseHandlerThrows) {
  ApiWorld world;
  const Router router({.library = world.library(), .metrics = world.metrics(), .version = "", .started = {}});
  const Route throws{"GET", "/throws", [](const Request&, const Context&) -> Answer<Response> { throw std::bad_alloc(); }};
  const Response response = router.Run(&throws, Request());
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(std::get<std::string>(response.body), testing::HasSubstr("bad_alloc"));
}

}  // namespace
}  // namespace fovea::api
