#pragma once
// PauseUnlessStopped is how a stage waits before it tries again something that failed.
//
// Owns:    nothing.
// Threads: any thread; the wait ends at once when a stop is requested.
// Errors:  none.
// Units:   milliseconds.
#include <chrono>
#include <stop_token>

namespace fovea::indexer {

// 1, 2, 4, ... times the first pause, at most 64 times.
std::chrono::milliseconds PauseAfter(int tries, int first_pause_ms);
// False when the stop was requested.
bool PauseUnlessStopped(std::chrono::milliseconds pause, const std::stop_token& stop);

}  // namespace fovea::indexer
