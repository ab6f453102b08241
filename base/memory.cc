#include "base/memory.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fovea {
namespace {

// What a version of control groups calls things.
struct GroupNames {
  const char* line;    // of the process's groups, up to the path
  const char* folder;  // below the folder of all groups
  const char* limit;
  const char* used;
  const char* inactive;
};
constexpr GroupNames kVersions[] = {{"0::", "", "memory.max", "memory.current", "inactive_file"},
                                    {":memory:", "/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}};

// The number behind `name` in a file of lines "name number ...".
std::optional<uint64_t> Field(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word;
    if (uint64_t value = 0; words >> word && word == name && words >> value) return value;
  }
  return std::nullopt;
}

// Nothing for a file that is not there, and for "max".
std::optional<uint64_t> Only(const std::string& path) {
  std::ifstream file(path);
  uint64_t value = 0;
  return file >> value ? std::optional(value) : std::nullopt;
}

std::optional<uint64_t> LeftIn(const std::string& group, const GroupNames& names) {
  const auto limit = Only(group + "/" + names.limit), used = Only(group + "/" + names.used);
  if (!limit || !used) return std::nullopt;
  const uint64_t kept = *used - std::min(*used, Field(group + "/memory.stat", names.inactive).value_or(0));
  return *limit - std::min(*limit, kept);
}

// "/a/b" of a line such as "0::/a/b" or "4:memory:/a/b". In a container it may be one that is not to be seen there.
std::string GroupOfProcess(const std::string& path, const GroupNames& names) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t at = line.find(names.line);
    if (at != std::string::npos) return line.substr(at + std::string(names.line).size());
  }
  return "";
}

}  // namespace

std::optional<uint64_t> AvailableMemory(const MemorySources& sources) {
  std::optional<uint64_t> least = Field(sources.meminfo, "MemAvailable:");
  if (least) *least *= 1024;
  for (const GroupNames& names : kVersions) {
    for (std::string group = GroupOfProcess(sources.groups_of_process, names);; group.resize(group.rfind('/'))) {
      const auto left = LeftIn(sources.groups + names.folder + group, names);
      if (left) least = std::min(*left, least.value_or(*left));
      if (group.find('/') == std::string::npos) break;
    }
  }
  return least;
}

}  // namespace fovea
