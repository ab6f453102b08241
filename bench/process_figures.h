#pragma once
// What this process has used so far.
//
// Owns:    nothing.   Threads: any thread.   Errors: none; 0 where the system does not say.   Units: in the names.
#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace fovea::bench {

// "VmRSS:" or "VmHWM:", in MiB.
inline uint64_t MegabytesOf(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stoull(line.substr(field.size() + 1)) / 1024;
  }
  return 0;
}

// The peak counts from here.
inline void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

inline double ProcessorSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace fovea::bench
