#pragma once
// AvailableMemory says how much more this process may take before the system begins to swap, or to kill.
//
// Owns:    nothing.   Threads: any thread.   Units: bytes.
// Errors:  none; nothing when the system does not say.
// Source:  the least of MemAvailable in /proc/meminfo and, for each control group (version 2) that the process is in, its memory.max
//          less memory.current, not counting inactive_file, which the kernel gives back.
#include <cstdint>
#include <optional>
#include <string>

namespace fovea {

struct MemorySources {
  std::string meminfo = "/proc/meminfo";
  std::string groups_of_process = "/proc/self/cgroup";
  std::string groups = "/sys/fs/cgroup";
};

std::optional<uint64_t> AvailableMemory(const MemorySources& sources = {});

}  // namespace fovea
