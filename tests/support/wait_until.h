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

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr std::chrono::seconds kPatience{120};  // a sanitizer makes all of it several times slower
#else
inline constexpr std::chrono::seconds kPatience{20};
#endif

bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds deadline = kPatience);

}  // namespace fovea::test
