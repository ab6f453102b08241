#pragma once
// WaitUntil asks a condition again and again until it holds or a deadline passes; for what happens on other threads or in
// other processes and cannot be waited on directly.
//
// Owns:    nothing.
// Threads: runs the condition on the caller's thread.
// Errors:  false when the deadline passed.
// Units:   the deadline is a duration from now.
#include <chrono>
#include <functional>

namespace fovea::test {

bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds deadline = std::chrono::seconds(20));

}  // namespace fovea::test
