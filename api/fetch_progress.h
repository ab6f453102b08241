#pragma once
// FetchProgress is how far the fetching of the model is, which a daemon may have to do before it can answer.
//
// Owns:    plain values.
// Threads: ReadFetchProgress may be called by any thread.
// Errors:  none.
// Units:   bytes, bytes per second, seconds.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace fovea::api {

struct FetchProgress {
  std::string model;
  std::string file;
  uint64_t done_bytes = 0;
  uint64_t total_bytes = 0;       // 0 while it is not known
  double bytes_per_s = 0;
  std::optional<double> left_s = {};
};

// Nothing when nothing is being fetched.
using ReadFetchProgress = std::function<std::optional<FetchProgress>()>;

}  // namespace fovea::api
