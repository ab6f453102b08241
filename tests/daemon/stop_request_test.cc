// The request to stop: first reason wins, waiting ends at once.
// label: unit
#include "daemon/stop_request.h"

#include <gtest/gtest.h>

#include "base/worker.h"
#include "tests/support/matchers.h"

namespace fovea::daemon {
namespace {

TEST(StopRequest, KeepsTheFirstReason) {
  StopRequest stop;
  EXPECT_FALSE(stop.asked());
  stop.Ask(NotFound("first"));
  stop.Ask(Status());
  EXPECT_TRUE(stop.asked());
  EXPECT_EQ(stop.WaitUntil(std::chrono::steady_clock::now())->message(), "first");
}

TEST(StopRequest, WaitingEndsWithNothingAtTheDeadline) {
  StopRequest stop;
  EXPECT_FALSE(stop.WaitUntil(std::chrono::steady_clock::now()));
}

TEST(StopRequest, WakesWhoeverWaits) {
  StopRequest stop;
  Thread asker("asker", [&stop](const std::stop_token&) { stop.Ask(Status()); });
  const auto reason = stop.WaitUntil(std::chrono::steady_clock::now() + std::chrono::seconds(30));
  ASSERT_TRUE(reason);
  EXPECT_TRUE(reason->ok());
}

}  // namespace
}  // namespace fovea::daemon
