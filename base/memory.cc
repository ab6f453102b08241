#include "base/memory.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fovea {
namespace {

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

std::optional<uint64_t> LeftIn(const std::string& group) {
  const auto limit = Only(group + "/memory.max"), used = Only(group + "/memory.current");
  if (!limit || !used) return std::nullopt;
  const uint64_t kept = *used - std::min(*used, Field(group + "/memory.stat", "inactive_file").value_or(0));
  return *limit - std::min(*limit, kept);
}

// "/a/b" of the line "0::/a/b".
std::string GroupOfProcess(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::/")) return line.substr(3);
  }
  return "/";
}

}  // namespace

std::optional<uint64_t> AvailableMemory(const MemorySources& sources) {
  std::optional<uint64_t> least = Field(sources.meminfo, "MemAvailable:");
  if (least) *least *= 1024;
  std::string group = GroupOfProcess(sources.groups_of_process);
  while (true) {
    const auto left = LeftIn(sources.groups + group);
    if (left) least = std::min(*left, least.value_or(*left));
    if (group.empty()) return least;
    group.resize(group.rfind('/'));
  }
}

}  // namespace fovea
