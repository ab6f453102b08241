#include "tests/support/wait_until.h"

#include <poll.h>

namespace fovea::test {

bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return condition();
    ::poll(nullptr, 0, 10);  // gives the processor away between two looks
  }
  return true;
}

}  // namespace fovea::test
