#pragma once
// AvailableMemory says how much more this process may take before the system begins to swap, or to kill.
//
// Owns:    nothing.   Threads: any thread.   Units: bytes.
// Errors:  none; nothing when the system does not say.
// Source:  the least of MemAvailable in /proc/meminfo and, for each control group that the process is in, its limit less its usage, not
//          counting files that the kernel gives back (version 2: memory.max, memory.current, inactive_file of memory.stat; version 1:
//          memory.limit_in_bytes, memory.usage_in_bytes, total_inactive_file).
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
