#include "base/cores.h"
// label: unit

#include <gtest/gtest.h>
#include <sched.h>

#include "base/worker.h"

namespace fovea {
namespace {

TEST(UsableCores, AreThoseThatTheCallerMayRunOn) {
  cpu_set_t all;
  CPU_ZERO(&all);
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(UsableCores(), static_cast<size_t>(CPU_COUNT(&all)));

  size_t pinned = 0;
  Thread thread("pinned", [&](const std::stop_token&) {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++core) {
      if (CPU_ISSET(core, &all)) CPU_SET(core, &one);
    }
    if (::sched_setaffinity(0, sizeof one, &one) == 0) pinned = UsableCores();
  });
  thread.Join();
  EXPECT_EQ(pinned, 1u);
}

}  // namespace
}  // namespace fovea
